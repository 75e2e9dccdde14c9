import { expect, test } from 'vitest'
import { createProgressPrinter, formatDuration, progressLine } from './job.ts'

test('a duration is told in at most two units', () => {
  expect([8.4, 185, 3725].map(formatDuration)).toEqual(['8 s', '3 min 05 s', '1 h 02 min'])
})

test('the time left follows from the time that the pieces so far took', () => {
  expect(progressLine({ done: 7, total: 28, phase: 'attacking', note: 'image 8' }, 10)).toBe(
    'attacking 7/28 (25 %), 30 s left: image 8',
  )
})

test('nothing done gives no estimate, and all done leaves nothing', () => {
  expect(progressLine({ done: 0, total: 2, phase: 'x', note: '' }, 5)).toBe('x 0/2 (0 %)')
  expect(progressLine({ done: 2, total: 2, phase: 'x', note: '' }, 5)).toBe('x 2/2 (100 %)')
})

test('a log file gets a line per tenth and second at most, a terminal one line rewritten', () => {
  let seconds = 0
  const written: string[] = []
  const printer = createProgressPrinter({ write: (text) => written.push(text) }, () => 1000 * seconds)
  for (let done = 0; done <= 100; done++, seconds++)
    printer.update({ done, total: 100, phase: 'x', note: '' })
  expect(written).toHaveLength(11)

  const shown: string[] = []
  createProgressPrinter(
    { isTTY: true, write: (text) => shown.push(text), emptyLine: () => shown.push('cleared') },
    () => 0,
  ).update({
    done: 1,
    total: 2,
    phase: 'x',
    note: '',
  })
  expect(shown).toEqual(['cleared', 'x 1/2 (50 %), 0 s left'])
})

test('another phase starts anew, with an estimate of its own', () => {
  let seconds = 0
  const shown: string[] = []
  const printer = createProgressPrinter(
    { isTTY: true, write: (text) => shown.push(text) },
    () => 1000 * seconds,
  )
  printer.update({ done: 5, total: 5, phase: 'reading', note: '' })
  seconds = 100
  printer.update({ done: 0, total: 4, phase: 'attacking', note: '' })
  seconds = 110
  printer.update({ done: 1, total: 4, phase: 'attacking', note: '' })
  expect(shown.at(-1)).toContain('attacking 1/4 (25 %), 30 s left')
})
