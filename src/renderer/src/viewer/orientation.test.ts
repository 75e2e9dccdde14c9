import { expect, test } from 'vitest'
import { directionLetters, orientationMarkers } from './orientation.ts'

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
