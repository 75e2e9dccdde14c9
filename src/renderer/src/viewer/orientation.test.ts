import { expect, test } from 'vitest'
import { directionLetters, lengthText, orientationMarkers, scaleBar } from './orientation.ts'

const axial = [1, 0, 0, 0, 1, 0]
const upright = { rotation: 0, hflip: false, vflip: false }

test('an axial image has the patient’s right on its left and the front on top', () => {
  expect(orientationMarkers(axial, upright)).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' })
})

test('a sagittal image shows front and back at its sides', () => {
  expect(orientationMarkers([0, 1, 0, 0, 0, -1], upright)).toEqual({
    left: 'A',
    right: 'P',
    top: 'H',
    bottom: 'F',
  })
})

test('a flip changes the sides, a quarter turn clockwise brings the left side to the top', () => {
  expect(orientationMarkers(axial, { ...upright, hflip: true })).toMatchObject({
    left: 'L',
    right: 'R',
    top: 'A',
  })
  expect(orientationMarkers(axial, { ...upright, vflip: true })).toMatchObject({ left: 'R', top: 'P' })
  expect(orientationMarkers(axial, { ...upright, rotation: 90 })).toEqual({
    top: 'R',
    right: 'A',
    bottom: 'L',
    left: 'P',
  })
  expect(orientationMarkers(axial, { ...upright, rotation: -90 })).toMatchObject({ top: 'L', left: 'A' })
})

test('an oblique direction has two letters, the stronger first', () => {
  expect(directionLetters([0.6, -0.8, 0])).toBe('AL')
  expect(directionLetters([0.99, 0.1, 0])).toBe('L')
})

test('an image without orientation has no markers', () => {
  expect(orientationMarkers(undefined, upright)).toEqual({ left: '', right: '', top: '', bottom: '' })
})

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
