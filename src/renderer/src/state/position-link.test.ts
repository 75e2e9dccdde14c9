import { expect, test } from 'vitest'
import type { SeriesGeometry } from '../../../engine/server/studies/series-geometry.ts'
import { alongNormal, followed } from './position-link.ts'

const series = (heights: readonly number[], changes: Partial<SeriesGeometry> = {}): SeriesGeometry => ({
  frameOfReference: '1.2',
  positions: heights.map((z) => [0, 0, z]),
  orientation: [
    [1, 0, 0],
    [0, 1, 0],
  ],
  grid: { refusal: '' },
  ...changes,
})
const thin = series([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
const thick = series([0, 5, 10])

test('slices of one patient are linked by where they lie, not by their numbers', () => {
  const link = alongNormal(thin, thick)!
  expect(followed(link, { from: 0, to: 7, slice: 0, offset: undefined })?.slice).toBe(1)
  expect(followed(link, { from: 7, to: 8, slice: 1, offset: 0 })?.slice).toBe(2)
})

test('of another scan the distance is kept, also in steps that are smaller than its slices', () => {
  const link = alongNormal(thin, { ...thick, frameOfReference: '1.3' })!
  let at = { slice: 1, offset: undefined as number | undefined }
  for (let from = 0; from < 5; from++) at = followed(link, { from, to: from + 1, ...at })!
  expect(at).toEqual({ slice: 2, offset: 5 })
  // Scrolled by itself, it has a new distance.
  expect(followed(link, { from: 5, to: 6, slice: 0, offset: 5 })?.offset).toBe(-5)
})

test('series that are turned another way, or have no place, are not linked so', () => {
  const sagittal = series([], {
    orientation: [
      [0, 1, 0],
      [0, 0, 1],
    ],
  })
  expect(alongNormal(thin, sagittal)).toBeUndefined()
  expect(alongNormal(thin, { ...thick, orientation: null })).toBeUndefined()
})
