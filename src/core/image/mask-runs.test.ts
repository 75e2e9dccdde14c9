import { expect, test } from 'vitest'
import type { Mask } from './mask.ts'
import { fromRuns, toRuns } from './mask-runs.ts'

test.each<Mask>([
  { rows: 2, columns: 3, overlapping: false, values: Uint8Array.of(0, 0, 2, 2, 2, 1) },
  { rows: 1, columns: 2, overlapping: true, values: Uint8Array.of(1, 0, 0, 1) },
])('runs become the mask they were made of', (mask) => {
  expect(fromRuns(toRuns(mask))).toEqual(mask)
})

test('values and counts take turns', () => {
  expect(toRuns({ rows: 1, columns: 4, overlapping: false, values: Uint8Array.of(0, 0, 2, 1) }).runs).toEqual(
    [0, 2, 2, 1, 1, 1],
  )
})

test('runs that do not fill the grid are refused', () => {
  expect(() => fromRuns({ rows: 1, columns: 4, overlapping: false, runs: [0, 3] })).toThrow(
    'expected values for 1x4 pixels',
  )
})
