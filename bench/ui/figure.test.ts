import { expect, test } from 'vitest'
import { formatFigures, isMet, medianFigure, worstFigure } from './figure.ts'

const name = 'first image'

test('a bar is met at it and on its good side', () => {
  const atMost = { name, unit: 'ms', bar: 50 } as const
  expect([40, 50, 51].map((ms) => isMet(medianFigure([ms], atMost)))).toEqual([true, true, false])
  const atLeast = { ...atMost, unit: 'frames/s', isLeast: true } as const
  expect([49, 50, 60].map((rate) => isMet(medianFigure([rate], atLeast)))).toEqual([false, true, true])
  expect(isMet(medianFigure([1], { name, unit: 'ms', bar: null }))).toBeNull()
})

test('the median of rounds is not moved by one bad round; the worst is the bad round', () => {
  const figure = { name, unit: 'ms', bar: 50 } as const
  expect(medianFigure([20, 400, 21], figure).value).toBe(21)
  expect(worstFigure([20, 400, 21], figure).value).toBe(400)
  expect(worstFigure([], figure).value).toBe(0)
})

test('the table says what was measured, what was wanted, and whether that was met', () => {
  const [, row] = formatFigures([worstFigure([120, 60], { name, unit: 'ms', bar: 100 })]).split('\n')
  expect(row).toBe('first image    120 ms  ≤ 100 ms   NO  120 60')
})
