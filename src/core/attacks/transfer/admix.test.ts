import { expect, test } from 'vitest'
import { linearModel } from '../../../../test/support/analytic-models.ts'
import { onLevels, problemAgainst, roundsTo, run } from '../../../../test/support/attack-problems.ts'
import { uniformTensor } from '../../../../test/support/numbers.ts'
import { tensor } from '../../tensor/tensor.ts'
import { configureAttack } from '../attack-methods.ts'
import type { CleanImages } from '../attack.ts'
import { mixInsOf } from './mix-ins.ts'

const imageShape = [3, 6, 6]
const images = onLevels(uniformTensor([5, ...imageShape], 7, [0.3, 0.7]), 255)
const weights = (seed: number) => [...uniformTensor(imageShape, seed).data]

async function threeClasses() {
  const model = linearModel(imageShape, [weights(11), weights(12), weights(13)])
  return { ...(await problemAgainst(model, images)), quantize: roundsTo(255) }
}

test.each([
  ['admix', { epsilon: 0.25, mixed: 2, scales: 2 }],
  ['transfer', { epsilon: 0.25, with: 'mi,admix,si', mixed: 2, scales: 2 }],
])('%s succeeds with images of its own batch mixed in, the same in each run', async (name, settings) => {
  const problem = await threeClasses()
  const [first, second] = [
    await run(configureAttack(name, settings), problem),
    await run(configureAttack(name, settings), problem),
  ]
  expect(first.result.samples.every(({ success }) => success)).toBe(true)
  expect(second.result.adversarial).toEqual(first.result.adversarial)
})

test('of many images those at equal distances are kept', async () => {
  const problem = await threeClasses()
  const numbered = (batch: number) => {
    const data = Float32Array.from(
      images.data,
      (_, i) => 5 * batch + Math.floor(i / (images.data.length / 5)),
    )
    return { problem: { ...problem, images: tensor(images.shape, data) }, labels: [] }
  }
  const group = {
    ...{ shape: [1, ...imageShape], count: 100, seed: 0, earlyStop: false },
    async *inOrder<T>(work: (each: ReturnType<typeof numbered>) => Promise<T>) {
      for (let batch = 0; batch < 20; batch++) yield await work(numbered(batch))
    },
  } as unknown as CleanImages
  const course = mixInsOf(group)
  let step = await course.next()
  while (step.done !== true) step = await course.next()
  const kept = step.value.images.map(({ image }) => image[0] ?? NaN)
  expect(kept).toHaveLength(24)
  const gaps = kept.slice(1).map((number, i) => number - (kept[i] ?? NaN))
  expect(new Set(gaps)).toEqual(new Set([4, 5]))
})
