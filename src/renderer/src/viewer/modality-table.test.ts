import { expect, test } from 'vitest'
import { lookUp, tableRange } from './modality-table.ts'

const table = { first: -2, entries: [10, 40, 20], unit: 'HU' }

test('values outside a table take its ends', () => {
  expect([-9, -2, -1, 0, 7].map((stored) => lookUp(table, stored))).toEqual([10, 10, 40, 20, 20])
})

test('the range is that of the entries in use, also where a table falls', () => {
  expect(tableRange(table, -9, 7)).toEqual([10, 40])
  expect(tableRange(table, 0, 7)).toEqual([20, 20])
})
