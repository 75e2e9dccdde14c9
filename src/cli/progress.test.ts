import { expect, test } from 'vitest'
import { createProgressPrinter, formatDuration, progressLine } from './progress.ts'

test('a duration is told in at most two units', () => {
  expect([8.4, 185, 3725].map(formatDuration)).toEqual(['8 s', '3 min 05 s', '1 h 02 min'])
})

test('the time left follows from the time that the pieces so far took', () => {
  expect(progressLine({ done: 7, total: 28, note: 'series 1' }, 10)).toBe('7/28 (25 %), 30 s left: series 1')
})

test('nothing done gives no estimate, and all done leaves nothing', () => {
  expect(progressLine({ done: 0, total: 2, note: 'x' }, 5)).toBe('0/2 (0 %): x')
  expect(progressLine({ done: 2, total: 2, note: 'x' }, 5)).toBe('2/2 (100 %): x')
})

test('a log file gets one line per tenth, a terminal one line rewritten', () => {
  const written: string[] = []
  const printer = createProgressPrinter({ write: (text) => written.push(text) }, () => 0)
  for (let done = 0; done <= 100; done++) printer.update({ done, total: 100, note: 'x' })
  expect(written).toHaveLength(11)

  const shown: string[] = []
  createProgressPrinter({ isTTY: true, write: (text) => shown.push(text) }, () => 0).update({ done: 1, total: 2, note: 'x' })
  expect(shown[0]).toMatch(/^\r/)
})
