import { expect, test } from 'vitest'
import { createWheel } from './wheel.ts'

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
