import { expect, test } from 'vitest'
import { classColour, colourOfClass } from './class-colours.ts'

test('the first classes have colours of their own, then they come again', () => {
  const first = Array.from({ length: 8 }, (_, i) => classColour(i))
  expect(new Set(first).size).toBe(8)
  expect(classColour(8)).toBe(first[0])
})

test('a class is found by its name; what is none is grey', () => {
  expect(colourOfClass('b', ['a', 'b'])).toBe(classColour(1))
  expect(colourOfClass('none', ['a', 'b'])).toBe('#868e96')
})
