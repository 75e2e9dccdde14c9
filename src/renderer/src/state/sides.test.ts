import { expect, test } from 'vitest'
import { widthAfterKey, widthWithin } from './sides.ts'

test('a panel leaves room for images, and stays wide enough to be read', () => {
  expect(widthWithin(2000, 1000)).toBe(400)
  expect(widthWithin(20, 1000)).toBe(160)
  expect(widthWithin(300.4, 1000)).toBe(300)
})

test('arrows move a divider to where they point', () => {
  expect(widthAfterKey('left', 200, 'ArrowRight')).toBe(216)
  expect(widthAfterKey('right', 200, 'ArrowRight')).toBe(184)
  expect(widthAfterKey('right', 200, 'ArrowLeft')).toBe(216)
  expect(widthAfterKey('left', 200, 'a')).toBeUndefined()
})
