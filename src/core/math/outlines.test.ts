import { expect, test } from 'vitest'
import { fillOutline, fillRuns } from './outlines.ts'

const rowsOf = (mask: Uint16Array, columns: number) =>
  Array.from({ length: mask.length / columns }, (_, row) =>
    mask.slice(row * columns, (row + 1) * columns).join(''),
  )

test('a polygon holds the pixels whose middle lies in it, and nothing beyond the image', () => {
  const mask = new Uint16Array(20)
  fillOutline(mask, 5, [1, 1, 4, 1, 4, 3, 1, 3], 2)
  expect(rowsOf(mask, 5)).toEqual(['00000', '02220', '02220', '00000'])
  fillOutline(mask, 5, [-9, -9, 1.4, -9, 1.4, 0.6, -9, 0.6], 7)
  expect(rowsOf(mask, 5)).toEqual(['70000', '02220', '02220', '00000'])
})

test('a polygon that turns back leaves its bay, and a triangle its slope', () => {
  const mask = new Uint16Array(20)
  fillOutline(mask, 5, [0, 0, 5, 0, 5, 4, 3, 4, 3, 2, 2, 2, 2, 4, 0, 4], 1)
  expect(rowsOf(mask, 5)).toEqual(['11111', '11111', '11011', '11011'])
  const slope = new Uint16Array(9)
  fillOutline(slope, 3, [0, 0, 3, 3, 0, 3], 1)
  expect(rowsOf(slope, 3)).toEqual(['000', '100', '110'])
})

test('runs go down the columns, the first of what is outside', () => {
  const mask = new Uint16Array(6)
  fillRuns(mask, 2, [1, 2, 2, 9], 3)
  expect(rowsOf(mask, 3)).toEqual(['030', '303'])
})
