import { expect, test } from 'vitest'
import { formatRows, reached, type BenchRow } from './row.ts'

const row: BenchRow = {
  name: 'step',
  unit: 'ms',
  ours: 75,
  theirs: 100,
  ratio: 0.75,
  bestRatio: 0.7,
  bar: 0.8,
  peakShare: 0.5,
  notes: ['a note'],
}

test('a ratio reaches its bar from below', () => {
  expect(reached(row)).toBe(true)
  expect(reached({ ...row, ratio: 0.81 })).toBe(false)
  expect(reached({ ...row, theirs: null, ratio: null })).toBeNull()
})

test('an absolute bar needs no other side', () => {
  const absolute: BenchRow = { ...row, theirs: null, ratio: null, bar: 80, barIsAbsolute: true }
  expect(reached(absolute)).toBe(true)
  expect(reached({ ...absolute, ours: 81 })).toBe(false)
})

test('the table shows every value with its unit and whether the bar is reached', () => {
  const absent: BenchRow = {
    ...row,
    name: 'other',
    theirs: null,
    ratio: null,
    bestRatio: null,
    peakShare: null,
    notes: [],
  }
  expect(formatRows([row, absent])).toBe(
    [
      '          ours  theirs  ratio  best   bar  reached  of peak  notes',
      'step   75.0 ms  100 ms   0.75  0.70  0.80      yes     50 %  a note',
      'other  75.0 ms       -      -     -  0.80        -        -',
    ].join('\n'),
  )
})
