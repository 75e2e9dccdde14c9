import { expect, test } from 'vitest'
import { colourLimit, fittingMagnification, limitText, magnitudeLimit } from './legend.ts'

const scale = { rangeWidth: 400, slope: 2, unit: 'HU' }

test('at ×1 the colours span the intensity range, at ×100 a hundredth of it', () => {
  expect(colourLimit(scale, 1)).toBe(400)
  expect(colourLimit(scale, 100)).toBe(4)
})

test('the limit is told in each unit', () => {
  expect(limitText(scale, 40, 'modality')).toBe('±10 HU')
  expect(limitText(scale, 40, 'grey-levels')).toBe('±6.375 grey levels of 255')
  expect(limitText(scale, 40, 'stored-levels')).toBe('±5 stored levels')
  expect(limitText({ ...scale, unit: 'US' }, 40, 'modality')).toBe('±10')
})

test('of magnitudes the greatest fills the colours at ×1, whatever its sign', () => {
  expect(magnitudeLimit({ min: -0.4, max: 0.2 }, 1)).toBe(0.4)
  expect(magnitudeLimit({ min: -0.4, max: 0.2 }, 4)).toBe(0.1)
  expect(magnitudeLimit({ min: 0, max: 0 }, 4)).toBe(1)
})

test('a budget of 8/255 fills the colours at ×32; the slider’s ends are kept', () => {
  expect(fittingMagnification(8 / 255)).toBe(32)
  expect(fittingMagnification(0.001)).toBe(100)
  expect(fittingMagnification(3)).toBe(1)
  expect(fittingMagnification(undefined)).toBe(30)
})
