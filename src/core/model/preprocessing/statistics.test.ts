import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { largestDifference, uniformTensor } from '../../../../test/support/numbers.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { normalisationOfCard, type NormalisationStep } from '../normalisation.ts'
import { inUnitsOf } from './normalise.ts'
import { composeSteps } from './step.ts'
import { createNormaliser, statisticsStep } from './statistics.ts'

interface Golden {
  readonly shape: readonly number[]
  readonly full: readonly number[]
  readonly masked: readonly number[]
  readonly cotangent: readonly number[]
  readonly cases: readonly {
    readonly name: string
    readonly image: 'full' | 'masked'
    readonly steps: readonly unknown[]
    readonly output: readonly number[]
    readonly gradient: readonly number[]
  }[]
}

/** Of MONAI, and of nnU-Net's and torchio's formulas (scripts/goldens/normalisations.py). */
const golden = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/normalisations.json', import.meta.url), 'utf8'),
) as Golden

const asTensor = (values: readonly number[]) => tensor(golden.shape, Float32Array.from(values))
const chainOf = (steps: unknown) => composeSteps(normalisationOfCard.parse(steps).map(statisticsStep))
const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs))

describe.each(golden.cases)('$name', ({ image, steps, output, gradient }) => {
  const [chain, x] = [chainOf(steps), asTensor(golden[image])]

  test('gives what the library gives', () => {
    expect(largestDifference(chain.apply(x).data, output)).toBeLessThan(1e-6 * largest(output))
  })

  test('has the gradient that PyTorch has in double precision', () => {
    const back = chain.adjoint(asTensor(golden.cotangent), x)
    expect(largestDifference(back.data, gradient)).toBeLessThan(2e-6 * largest(gradient))
  })
})

/** A step as a card gives it. */
const stepOf = (given: object): NormalisationStep => normalisationOfCard.parse([given])[0]!
const above = { region: { kind: 'above', value: 0.5 } }

/** Values in [0, 1), in double precision. */
const [values, cotangents] = [1, 2].map((seed) => Float64Array.from(uniformTensor([60], seed, [0, 1]).data))

const differentiated: readonly (readonly [string, object])[] = [
  ['z-score', { kind: 'z-score' }],
  ['z-score, ddof 1, eps', { kind: 'z-score', ddof: 1, eps: 0.1 }],
  ['z-score under its floor', { kind: 'z-score', floor: 5 }],
  ['z-score above 0.5', { kind: 'z-score', ...above }],
  ['z-score above 0.5, of all', { kind: 'z-score', ...above, outside: 'normalise' }],
  ['min-max', { kind: 'min-max', to: [-1, 3] }],
  ['min-max above 0.5, of all', { kind: 'min-max', ...above, outside: 'normalise' }],
  ['min-max of percentiles', { kind: 'min-max', percentiles: [7, 88] }],
  ['clip', { kind: 'clip', percentiles: [12, 71] }],
]

test.each(differentiated)('%s: the adjoint is that of finite differences in double precision', (_, given) => {
  const normaliser = createNormaliser(stepOf(given), { slices: 1, rows: 6, columns: 10 })
  const total = (x: Float64Array) =>
    Array.from(normaliser.apply(x)).reduce((sum, value, i) => sum + value * cotangents![i]!, 0)
  const difference = (i: number) => {
    const moved = (by: number) => values!.with(i, values![i]! + by)
    return (total(moved(1e-7)) - total(moved(-1e-7))) / 2e-7
  }
  const expected = Array.from(values!, (_value, i) => difference(i))
  const got = normaliser.adjoint(cotangents!, values!)
  expect(largestDifference(got, expected)).toBeLessThan(1e-6 * largest(expected))
  expect(largest(expected)).toBeGreaterThan(0.1)
})

describe('statistics', () => {
  const constant = tensor([1, 1, 2, 2], new Float32Array(4).fill(7))
  const ones = tensor([1, 1, 2, 2], new Float32Array(4).fill(1))
  const applied = (given: object, x: Tensor) => statisticsStep(stepOf(given)).apply(x).data

  test('of an image that is constant make it 0, or the lower end, without a division by 0', () => {
    expect(applied({ kind: 'z-score' }, constant)).toEqual(new Float32Array(4))
    expect(applied({ kind: 'min-max', to: [-1, 1] }, constant)).toEqual(new Float32Array(4).fill(-1))
    for (const kind of ['z-score', 'min-max'])
      expect(statisticsStep(stepOf({ kind })).adjoint(ones, constant).data.every(Number.isFinite)).toBe(true)
  })

  test('of no pixels leave an image as it is, whatever becomes of those outside', () => {
    const region = { kind: 'above', value: 8 }
    for (const kind of ['z-score', 'min-max']) {
      const empty = statisticsStep(stepOf({ kind, region, outside: 'normalise' }))
      expect(empty.apply(constant).data).toEqual(constant.data)
      expect(empty.adjoint(ones, constant).data).toEqual(ones.data)
    }
  })

  test('take a zero for a zero that float32 has rounded, and no stored level of 16 bits', () => {
    // 0 HU of -1024 to 3071 HU, as the chain has it.
    const zero = Math.fround(1024 / 4095)
    const nonZero = stepOf({ kind: 'z-score', region: { kind: 'non-zero' } })
    const x = tensor([1, 1, 1, 3], Float32Array.of(zero, zero + 1 / 16 / 4095, zero + 3 / 4095))
    const [kept, low, high] = composeSteps([...inUnitsOf([-1024, 3071]), statisticsStep(nonZero)]).apply(
      x,
    ).data
    expect(kept).toBe(0)
    expect([low, high]).toEqual([expect.closeTo(-1, 4), expect.closeTo(1, 4)])
  })

  test('take small values for no zeros after a step that has made all of them small', () => {
    const steps = [
      { kind: 'min-max' as const },
      { kind: 'z-score' as const, region: { kind: 'non-zero' as const } },
    ].map((given) => statisticsStep(stepOf(given)))
    const x = tensor([1, 1, 1, 4], Float32Array.of(0, 1024, 1025, 4095).map((value) => value / 4095)) // prettier-ignore
    const [zero, first] = composeSteps([...inUnitsOf([0, 1e6]), ...steps]).apply(x).data
    expect(zero).toBe(0)
    expect(first).toBeLessThan(-0.5)
  })

  test('of a volume are of all slices, and a hole is one only where all slices around it close it', () => {
    const slices = [0, 1, 0].flatMap((centre) => [1, 1, 1, 1, centre, 1, 1, 1, 1].map((v) => 4 * v))
    const x = tensor([3, 1, 3, 3], Float32Array.from(slices))
    const region = { kind: 'non-zero', filled: true }
    const of = (together: string) => applied({ kind: 'z-score', of: together, region }, x)
    expect(of('volume')[4]).toBe(0)
    expect(of('channel')[4]).toBeLessThan(-1)
  })

  test('of all are of all slices and channels together', () => {
    const x = tensor([2, 2, 1, 2], Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7))
    const expected = [...x.data].map((value) => value / 7)
    expect(largestDifference(applied({ kind: 'min-max', of: 'all' }, x), expected)).toBeLessThan(1e-6)
    expect(applied({ kind: 'min-max', of: 'volume' }, x)[2]).toBe(0)
  })

  test('name themselves', () => {
    const { name } = statisticsStep(stepOf({ kind: 'z-score', region: { kind: 'non-zero' } }))
    expect(name).toBe('z-score of the image, non-zero')
  })
})
