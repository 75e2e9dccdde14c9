import { expect, test } from 'vitest'
import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import { seenSlices } from './seen-slices.ts'

const images = (count: number, frames = 1) =>
  Array.from({ length: count }, (_, place) => ({
    index: place + 10,
    frames,
    sopInstanceUid: `1.${place}`,
  })) as unknown as SeriesInfo['images']

test('five slices are spread over a series, the ends left out', () => {
  expect(seenSlices('s', images(28)).map(({ slice, image }) => [slice, image])).toEqual([
    [2, 12],
    [8, 18],
    [14, 24],
    [19, 29],
    [25, 35],
  ])
})

test('of few there are all, and of many frames some', () => {
  expect(seenSlices('s', images(2)).map(({ slice }) => slice)).toEqual([0, 1])
  expect(seenSlices('s', images(1, 10)).map(({ image, frame }) => [image, frame])).toEqual([
    [10, 1],
    [10, 3],
    [10, 5],
    [10, 7],
    [10, 9],
  ])
  expect(seenSlices('s', images(0))).toEqual([])
})
