import { expect, test } from 'vitest'
import { durationText, timeLeft } from './run-state.ts'

test('the time left is told from the speed so far, without what was there before', () => {
  const start = { time: 1000, done: 10 }
  expect(timeLeft(start, 11_000, { done: 15, total: 20 })).toBe(10_000)
  expect(timeLeft(start, 11_000, { done: 10, total: 20 })).toBeUndefined()
  expect(timeLeft(start, 1500, { done: 15, total: 20 })).toBeUndefined()
})

test('durations are told in the unit that fits', () => {
  expect([200, 40_000, 150_000, 7_500_000].map(durationText)).toEqual(['1 s', '40 s', '3 min', '2 h 5 min'])
})
