import { describe, expect, test } from 'vitest'
import { uniformTensor } from '../../../../test/support/numbers.ts'
import { randomSource } from '../../random.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackState } from '../attack.ts'
import { changedBlocks, shuffledBlocks } from './blocks.ts'
import { drawnChange } from './changes.ts'
import { composed, type Copies, type ImageMap } from './copies.ts'
import { admixed, diverse, scaled, spectral } from './transforms.ts'

const shape = [1, 2, 13, 17] as const
const images = uniformTensor(shape, 7)

/** What the transforms look at of an attack. */
function stateWith(seed: number): AttackState {
  const random = randomSource(seed, 0)
  const deviation = { target: tensor([1, 2], Float32Array.of(1, 0)), weight: 1 }
  return { x: images, images, deviation, random: () => random } as unknown as AttackState
}

function inner(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)
}

/** ⟨A(x) − A(0), y⟩ and ⟨x, Aᵀy⟩; maps with noise draw anew each time, so both sides take the linear part. */
function bothSides(drawn: () => ImageMap): [number, number] {
  const [x, y] = [images.data, uniformTensor(shape, 8).data]
  const zero = drawn().apply(new Float32Array(x.length))
  const linear = drawn()
    .apply(x)
    .map((value, i) => value - (zero[i] ?? NaN))
  return [inner(linear, y), inner(x, drawn().adjoint(y))]
}

const pool = [{ image: uniformTensor(shape, 9).data, target: Float32Array.of(0, 1) }]

const kinds: Readonly<Record<string, Copies>> = {
  di: diverse({ probability: 1, smallest: 0.5 }),
  si: composed([{ count: 1, draw: () => undefined }, scaled(3)]),
  admix: admixed(2, 0.2, pool),
  ssa: spectral({ count: 2, noise: 0.1, spread: 0.5 }),
  bsr: shuffledBlocks({ count: 2, blocks: 3, degrees: 24 }),
  sia: changedBlocks({ count: 2, blocks: 3 }),
  'all of them': composed([
    admixed(2, 0.2, pool),
    scaled(2),
    shuffledBlocks({ count: 2, blocks: 2, degrees: 24 }),
    diverse({ probability: 1, smallest: 0.5 }),
  ]),
}

describe.each(Object.entries(kinds))('%s', (_name, copies) => {
  test.each([1, 2, 3, 4, 5, 6])('has its exact transpose, seed %i', (seed) => {
    const index = copies.count - 1
    const drawn = () => {
      const map = copies.draw(stateWith(seed), 0, index)
      if (map === undefined) throw new Error('expected a map')
      return map
    }
    const [forward, back] = bothSides(drawn)
    expect(back).toBeCloseTo(forward, 3)
  })
})

test('blocks that are not turned keep all values, in other places', () => {
  const map = shuffledBlocks({ count: 1, blocks: 3, degrees: 0 }).draw(stateWith(2), 0, 0)
  const moved = map?.apply(images.data) ?? new Float32Array()
  expect(moved).not.toEqual(images.data)
  expect(moved.toSorted()).toEqual(images.data.toSorted())
})

test('each of the ten changes occurs', () => {
  const random = randomSource(1, 0)
  const block = { channels: 1, height: 6, width: 5 }
  const x = uniformTensor([1, 1, 6, 5], 3, [0.2, 1]).data
  const at = (row: number, column: number) => x[row * 5 + column] ?? NaN
  const from = (place: (row: number, column: number) => number) =>
    Float32Array.from(x, (_, i) => place(Math.floor(i / 5), i % 5)).join()
  const ratios = (y: Float32Array) =>
    new Set([...y].map((value, i) => Math.fround(value / (x[i] ?? NaN)).toFixed(4)))
  const drawn = Array.from({ length: 300 }, () => drawnChange(block, random).apply(x))
  const seen = new Set(drawn.map((y) => y.join()))
  expect(seen).toContain(from((row, column) => at(5 - row, column)))
  expect(seen).toContain(from((row, column) => at(row, 4 - column)))
  expect(seen).toContain(from((row, column) => at(5 - row, 4 - column)))
  expect(seen).toContain(from((row, column) => at((row + 1) % 6, column)))
  expect(seen).toContain(from((row, column) => at(row, (column + 1) % 5)))
  const isScaled = (y: Float32Array) => ratios(y).size === 1 && !ratios(y).has('1.0000')
  const isDropped = (y: Float32Array) => [...ratios(y)].sort().join() === '0.0000,1.1111'
  expect(drawn.some(isScaled) && drawn.some(isDropped)).toBe(true)
  // Resized and low-passed blocks are always the same, and no rearrangement of x; noisy ones never are.
  const sorted = x.toSorted().join()
  const others = drawn.filter((y) => y.toSorted().join() !== sorted && !isScaled(y) && !isDropped(y))
  const counts = new Map<string, number>()
  for (const y of others) counts.set(y.join(), (counts.get(y.join()) ?? 0) + 1)
  expect([...counts.values()].filter((count) => count > 1)).toHaveLength(2)
  expect([...counts.values()].filter((count) => count === 1).length).toBeGreaterThan(10)
})

test('an image of another class is mixed in where there is one, any other where there is none', () => {
  const other = pool[0]
  if (other === undefined) throw new Error('expected an image')
  const same = { image: uniformTensor(shape, 5).data, target: Float32Array.of(1, 0) }
  const mixed = (images: typeof pool) =>
    admixed(1, 1, images).draw(stateWith(1), 0, 0)?.apply(new Float32Array(other.image.length))
  expect(mixed([same, other])).toEqual(other.image)
  expect(mixed([same])).toEqual(same.image)
  expect(mixed([])).toBeUndefined()
})

test('copies of copies are as many as their product, each drawn from both', () => {
  const drawn: string[] = []
  const noting = (name: string, count: number): Copies => ({
    count,
    draw: (_state, _sample, index) => {
      drawn.push(`${name}${index}`)
      return undefined
    },
  })
  const both = composed([noting('a', 2), noting('b', 3)])
  for (let index = 0; index < both.count; index++) both.draw(stateWith(1), 0, index)
  expect(both.count).toBe(6)
  expect(new Set(drawn)).toEqual(new Set(['a0', 'a1', 'b0', 'b1', 'b2']))
})
