import { expect, test } from 'vitest'
import { imageDistance } from './image-distance.ts'
import { oncePerVolume } from './headline.ts'
import { answerRows, volumeDistance } from './volume-rows.ts'

const distanceOf = (source: readonly number[], adversarial: readonly number[], rows: number) =>
  imageDistance({ source, adversarial, channels: 1, rows, columns: 2, dataRange: 10 })

test('a volume’s distance is that of all its voxels', () => {
  const [a, b] = [[1, 2, 3, 4, 5, 6], [1, 4, 3, 3, 5, 9]] // prettier-ignore
  const slices = [0, 2, 4].map((from) => distanceOf(a.slice(from, from + 2), b.slice(from, from + 2), 1))
  const { psnr, l2, ...exact } = distanceOf(a, b, 3)
  const made = volumeDistance(slices)
  expect(made).toMatchObject(exact)
  expect(made.l2).toBeCloseTo(l2, 12)
  expect(made.psnr).toBeCloseTo(psnr!, 12)
  expect(volumeDistance([distanceOf([1, 1], [1, 1], 1)])).toMatchObject({ psnr: null, l2: 0 })
})

test('slices of a volume are told once, others each', () => {
  const rows = [{ n: 1, volume: 'a' }, { n: 2, volume: 'a' }, { n: 3 }, { n: 4 }, { n: 5, volume: 'b' }]
  expect(oncePerVolume(rows).map(({ n }) => n)).toEqual([1, 3, 4, 5])
  const same = distanceOf([1, 1], [1, 2], 1)
  const measured = rows.map((row) => ({ ...row, window: same, stored: same }))
  expect(answerRows(measured).map(({ slices, stored }) => [slices, stored.changed])).toEqual([[2, 2], [1, 1], [1, 1], [1, 1]]) // prettier-ignore
})
