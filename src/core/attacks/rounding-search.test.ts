import { expect, test } from 'vitest'
import { roundPastBoundary, type RoundingSearch } from './rounding-search.ts'

/** Images are their stretch, a number; each succeeds from its sample's boundary on, but for holes. */
function roundingSearch(boundaries: readonly number[], changes: Partial<RoundingSearch> = {}) {
  const asked: number[][] = boundaries.map(() => [])
  const all: RoundingSearch = {
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
  const { all, asked } = roundingSearch([0.5])
  expect((await roundPastBoundary(all)).get(0)?.image[0]).toBe(1)
  expect(asked).toEqual([[1]])
})

test('what rounding has put back is stretched until it succeeds, and not much further', async () => {
  const rounded = await roundPastBoundary(roundingSearch([1.3, 2.5]).all)
  for (const [sample, boundary] of [1.3, 2.5].entries()) {
    const stretch = rounded.get(sample)!.image[0]!
    expect(stretch).toBeGreaterThanOrEqual(boundary)
    expect(stretch).toBeLessThan(boundary * 1.01)
  }
})

test('what never succeeds is left out', async () => {
  const rounded = await roundPastBoundary(roundingSearch([1, Infinity]).all)
  expect([...rounded.keys()]).toEqual([0])
})
