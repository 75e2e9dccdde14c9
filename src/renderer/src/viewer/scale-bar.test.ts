import { expect, test } from 'vitest'
import { lengthText, scaleBar } from './scale-bar.ts'

test.each([
  [2, 50, 100],
  [0.9, 100, 90],
  [40, 2, 80],
  [900, 0.1, 90],
])('at %d screen pixels a millimetre the bar is %d mm', (pixelsPerMillimetre, millimetres, pixels) => {
  const bar = scaleBar(pixelsPerMillimetre, 120)
  expect(bar?.millimetres).toBeCloseTo(millimetres)
  expect(bar?.pixels).toBeCloseTo(pixels)
})

test('without a spacing there is no bar', () => {
  expect(scaleBar(undefined, 120)).toBeUndefined()
})

test('lengths are told in the unit that fits', () => {
  expect([50, 2, 0.2].map(lengthText)).toEqual(['5 cm', '2 mm', '200 µm'])
})
