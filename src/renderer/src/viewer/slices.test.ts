import { expect, test } from 'vitest'
import { clampSlice, prefetchOrder, slicesOf, createWheel } from './slices.ts'

test('frames of a multi-frame image are images of their own', () => {
  expect(
    slicesOf([
      { index: 4, frames: 1 },
      { index: 5, frames: 2 },
    ]),
  ).toEqual([
    { image: 4, frame: 0 },
    { image: 5, frame: 0 },
    { image: 5, frame: 1 },
  ])
})

test('scrolling stops at both ends', () => {
  expect([-3, 0, 9, 10, 99].map((slice) => clampSlice(slice, 10))).toEqual([0, 0, 9, 9, 9])
  expect(clampSlice(5, 0)).toBe(0)
})

test('the nearest images come first, none twice, none that there isn’t', () => {
  expect(prefetchOrder(1, 5, 3)).toEqual([2, 0, 3, 4])
  expect(prefetchOrder(0, 1, 3)).toEqual([])
})

const turns = (deltas: readonly number[], deltaMode = 0) => {
  const wheel = createWheel()
  return deltas.map((deltaY) => wheel({ deltaY, deltaMode }))
}

test('a notch is a slice, however many pixels the mouse sends for it', () => {
  for (const pixels of [53, 100, 120, 240])
    expect(turns([pixels, pixels, -pixels, pixels])).toEqual([1, 1, -1, 1])
  expect(turns([3, 3, -3], 1)).toEqual([1, 1, -1])
})

test('the small steps of a trackpad add up', () => {
  expect(turns([20, 20, 20, 20, 20, 20])).toEqual([0, 0, 1, 0, 0, 1])
  expect(turns([40, -40, -20])).toEqual([0, 0, -1])
})
