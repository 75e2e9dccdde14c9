import { encode } from 'fast-png'
import { expect, test } from 'vitest'
import { readPng } from './read-png.ts'

test.each([1, 2, 4, 8, 16] as const)('greys of %i bits are read as they are stored', (depth) => {
  const values = Array.from({ length: 15 }, (_, i) => (i * 7) % 2 ** depth)
  const png =
    depth < 8 ? packed(values, 5, depth) : depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values)
  const bytes = encode({ width: 5, height: 3, data: png, depth, channels: 1 })
  const { rows, columns, values: read } = readPng(bytes, 'mask.png')
  expect([rows, columns]).toEqual([3, 5])
  expect([...read]).toEqual(values)
})

test('a palette gives its indices, not its colours', () => {
  const palette: [number, number, number][] = [[0, 0, 0], [255, 0, 0], [0, 255, 0]] // prettier-ignore
  const bytes = encode({ width: 3, height: 1, data: Uint8Array.of(2, 0, 1), depth: 8, channels: 1, palette })
  expect([...readPng(bytes, 'mask.png').values]).toEqual([2, 0, 1])
})

test('colours and damage are refused', () => {
  const coloured = encode({ width: 1, height: 1, data: Uint8Array.of(1, 1, 1), depth: 8, channels: 3 })
  const fault = { code: 'labels-invalid', file: 'mask.png' }
  for (const bytes of [coloured, coloured.subarray(0, 40), new Uint8Array(0)])
    expect(() => readPng(bytes, 'mask.png')).toThrow(expect.objectContaining(fault))
})

function packed(values: readonly number[], columns: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((columns * depth) / 8)
  const bytes = new Uint8Array((values.length / columns) * rowBytes)
  values.forEach((value, i) => {
    const bit = (i % columns) * depth
    const at = Math.floor(i / columns) * rowBytes + (bit >> 3)
    bytes[at] = bytes[at]! | (value << (8 - depth - (bit & 7)))
  })
  return bytes
}
