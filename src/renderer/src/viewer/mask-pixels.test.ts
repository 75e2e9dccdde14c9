import { expect, test } from 'vitest'
import { toRuns } from '../../../core/image/mask.ts'
import { classColour, colourOfClass, maskPixels } from './mask-pixels.ts'

const shown = [{ index: 1, name: 'lung', colour: '#0a1420' }]
const blank = { rows: 5, columns: 5, overlapping: false }
const square = toRuns({
  ...blank,
  values: Uint8Array.from({ length: 25 }, (_, i) => Number([1, 2, 3].includes(i % 5) && i > 4 && i < 20)),
})

function painted(pixels: Uint8ClampedArray): number[] {
  return [...pixels].flatMap((value, i) => (i % 4 === 3 && value === 255 ? [(i - 3) / 4] : []))
}

test('areas are filled in the colour of their class', () => {
  const pixels = maskPixels(square, shown, 'area')
  expect(painted(pixels)).toEqual([6, 7, 8, 11, 12, 13, 16, 17, 18])
  expect([...pixels.subarray(24, 28)]).toEqual([10, 20, 32, 255])
})

test('outlines are the pixels at the rim, also at that of the image', () => {
  expect(painted(maskPixels(square, shown, 'outline'))).toEqual([6, 7, 8, 11, 13, 16, 17, 18])
  const whole = toRuns({
    rows: 2,
    columns: 2,
    overlapping: true,
    values: Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1),
  })
  expect(painted(maskPixels(whole, shown, 'outline'))).toEqual([0, 1, 2, 3])
})

test('classes that are not shown are left out', () => {
  expect(painted(maskPixels(square, [{ ...shown[0]!, index: 0 }], 'area'))).toHaveLength(16)
  expect(painted(maskPixels(square, [], 'area'))).toEqual([])
})

test('the first classes have colours of their own, then they come again', () => {
  const first = Array.from({ length: 8 }, (_, i) => classColour(i))
  expect(new Set(first).size).toBe(8)
  expect(classColour(8)).toBe(first[0])
})

test('a class is found by its name; what is none is grey', () => {
  expect(colourOfClass('b', ['a', 'b'])).toBe(classColour(1))
  expect(colourOfClass('none', ['a', 'b'])).toBe('#868e96')
})
