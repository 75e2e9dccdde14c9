import { expect, test } from 'vitest'
import { linearModel } from '../../../test/support/analytic-models.ts'
import { filled, onLevels, problemAgainst, rowsOf, run } from '../../../test/support/attack-problems.ts'
import { groupOf, learned } from '../../../test/support/image-groups.ts'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { pastePatch, pullPatch, type Placement } from '../math/patch.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'

const shape = [2, 12, 12]
const images = onLevels(uniformTensor([6, ...shape], 7, [0.3, 0.7]), 255)
const weights = [...uniformTensor(shape, 11, [-1, 1]).data]

/** Two classes whose logits' difference is w·x + b; the bias makes the model say 0 of every image. */
function twoClasses(changes: Partial<AttackProblem> = {}) {
  const middle = weights.reduce((sum, weight) => sum + 0.5 * weight, 0)
  const model = linearModel(shape, [weights.map(() => 0), weights], [0, -middle - 4])
  return problemAgainst(model, images, changes)
}

/** Whole images on which only a square may change. */
function region(from: number, to: number): AttackProblem['bounds'] {
  const bound = (end: number): Tensor =>
    tensor(
      images.shape,
      images.data.map((value, i) => {
        const [row, column] = [Math.floor(i / 12) % 12, i % 12]
        return row >= from && row < to && column >= from && column < to ? end : value
      }),
    )
  return { lower: bound(0), upper: bound(1) }
}

const place: Placement = {
  channels: 2,
  rows: 12,
  columns: 12,
  side: 4,
  row: 5.2,
  column: 6.7,
  scale: 0.9,
  angle: 0.4,
}

test('the gradient by a patch is the transpose of pasting it', () => {
  const { data: p } = uniformTensor([2, 4, 4], 1)
  const { data: g } = uniformTensor(shape, 2)
  const [x, back] = [new Float32Array(288), new Float32Array(32)]
  pastePatch(x, p, place)
  pullPatch(back, g, place)
  const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  expect(inner(x, g)).toBeCloseTo(inner(p, back), 4)
})

test('a patch of one value covers its square by that, and nothing else', () => {
  const x = new Float32Array(288).fill(0.3)
  pastePatch(x, new Float32Array(32).fill(0.9), { ...place, row: 5.5, column: 6.5, scale: 1, angle: 0 })
  const covered = [...x.subarray(0, 144).entries()].filter(([, value]) => value > 0.5)
  expect(covered.map(([i]) => [Math.floor(i / 12), i % 12])).toEqual(
    [4, 5, 6, 7].flatMap((row) => [5, 6, 7, 8].map((column) => [row, column])),
  )
  for (const [, value] of covered) expect(value).toBeCloseTo(0.9, 6)
})

test('the whole image as a patch becomes the best there is against a linear model', async () => {
  const settings = { size: 1, degrees: 0, smallest: 1, lossBound: 1000, miniBatch: 2, epochs: 12 }
  const { v, epochs } = await learned(configureAttack('patch', settings), groupOf(await twoClasses()))
  expect(v.shape).toEqual([1, 2, 12, 12])
  for (const [i, value] of v.data.entries()) expect(value).toBeCloseTo(weights[i]! > 0 ? 1 : 0, 5)
  expect(epochs.at(-1)).toMatchObject({ images: 6, fooled: 6 })
})

test('it stays within the region, and another seed has another place', async () => {
  const problem = await twoClasses({ bounds: region(2, 9) })
  const { result } = await run(configureAttack('patch', { size: 0.25, epochs: 2 }), problem)
  const changed = (n: number) =>
    [...rowsOf(result.adversarial)[n]!.entries()].flatMap(([i, value]) =>
      value === rowsOf(images)[n]![i] ? [] : [i],
    )
  for (const n of [0, 1, 2]) {
    for (const i of changed(n)) {
      expect(Math.floor(i / 12) % 12).toBeGreaterThanOrEqual(2)
      expect(i % 12).toBeLessThan(9)
    }
    expect(changed(n).length).toBeGreaterThan(0)
  }
  expect(changed(0)).not.toEqual(changed(1))
})

test('where nothing may change there is no patch', async () => {
  const problem = await twoClasses({ bounds: { lower: images, upper: images } })
  const { result } = await run(configureAttack('patch', { epochs: 1 }), problem)
  expect(result.adversarial).toEqual(images)
})

test('it fools a model that looks at all places', async () => {
  const mean = weights.map((_, i) => (i < 144 ? 0.2 : -0.2))
  const bias = -mean.reduce((sum, weight) => sum + 0.5 * weight, 0) - 1.5
  const model = linearModel(shape, [mean.map(() => 0), mean], [0, bias])
  const problem = await problemAgainst(model, images, {
    bounds: { lower: filled(images, 0), upper: filled(images, 1) },
  })
  const { result } = await run(configureAttack('patch', { size: 0.5, epochs: 15 }), problem)
  expect(result.samples.filter(({ success }) => success).length).toBeGreaterThan(4)
})
