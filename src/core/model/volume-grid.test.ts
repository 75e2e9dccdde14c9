import { expect, test } from 'vitest'
import { volumeGolden } from '../../../test/support/volume-golden.ts'
import { patchWeights } from './volume-grid.ts'

test.each(
  volumeGolden.weights.flatMap((golden) =>
    (['monai', 'nnunet'] as const).map((tiling) => ({ golden, tiling })),
  ),
)('a Gaussian over $golden.patch is that of $tiling', ({ golden, tiling }) => {
  const weights = patchWeights({ patch: [...golden.patch], blend: 'gaussian', tiling })
  const expected = golden[`${tiling}-gaussian`]
  expect(weights).toHaveLength(expected.length)
  weights.forEach((weight, i) => {
    expect(Math.abs(weight - expected[i]!)).toBeLessThanOrEqual(1e-6 * expected[i]!)
  })
})

test('constant weights are one', () => {
  expect([...patchWeights({ patch: [1, 2, 2], blend: 'constant', tiling: 'monai' })]).toEqual([1, 1, 1, 1])
})
