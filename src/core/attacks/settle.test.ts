import { expect, test } from 'vitest'
import { settle, type Settling } from './settle.ts'

/** Images are their stretch, a number; each succeeds from its sample's boundary on, but for holes. */
function settling(boundaries: readonly number[], changes: Partial<Settling> = {}) {
  const asked: number[][] = boundaries.map(() => [])
  const all: Settling = {
    samples: [...boundaries.keys()],
    trial: (_, stretch) => Float32Array.of(stretch),
    predict: (points, samples) => {
      for (const sample of samples) asked[sample]!.push(points.of(sample)[0]!)
      return Promise.resolve(points)
    },
    accepts: (sample, image) => image[0]! >= boundaries[sample]!,
    ...changes,
  }
  return { all, asked }
}

test('what succeeds as it is is asked once', async () => {
  const { all, asked } = settling([0.5])
  expect((await settle(all)).get(0)?.image[0]).toBe(1)
  expect(asked).toEqual([[1]])
})

test('what rounding has put back is stretched until it succeeds, and not much further', async () => {
  const settled = await settle(settling([1.3, 2.5]).all)
  for (const [sample, boundary] of [1.3, 2.5].entries()) {
    const stretch = settled.get(sample)!.image[0]!
    expect(stretch).toBeGreaterThanOrEqual(boundary)
    expect(stretch).toBeLessThan(boundary * 1.01)
  }
})

test('what never succeeds is left out', async () => {
  const settled = await settle(settling([1, Infinity]).all)
  expect([...settled.keys()]).toEqual([0])
})
