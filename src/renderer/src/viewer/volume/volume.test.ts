import { expect, test } from 'vitest'
import type { Frame } from '../frame.ts'
import { volumeBuilder } from './volume.ts'

const grid = {
  size: [2, 1, 3],
  origin: [0, 0, 0],
  steps: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  order: [0, 1, 2],
} as const
const frame = (values: number[], changes: Partial<Frame> = {}): Frame => ({
  rows: 1,
  columns: 2,
  samples: 1,
  values: Int16Array.from(values),
  photometric: 'MONOCHROME2',
  slope: 1,
  intercept: -1024,
  table: undefined,
  unit: 'HU',
  window: { center: 40, width: 400 },
  spacing: undefined,
  min: Math.min(...values),
  max: Math.max(...values),
  ...changes,
})

test('stored values stay what they are, and slices that have not come are at the least', () => {
  const builder = volumeBuilder(grid)
  expect(builder.volume()).toBeUndefined()
  builder.put(frame([5, 6]), 0)
  builder.put(frame([3, 9]), 2)
  expect(builder.volume()).toMatchObject({
    values: Int16Array.of(5, 6, 3, 3, 3, 9),
    min: 3,
    max: 9,
    intercept: -1024,
  })
})

test('slices that are scaled each by itself become values of the modality', () => {
  const builder = volumeBuilder(grid)
  builder.put(frame([1, 2], { slope: 2, intercept: 0 }), 0)
  builder.put(frame([1, 2], { slope: 3, intercept: 1 }), 1)
  expect(builder.volume()).toMatchObject({
    values: Float32Array.of(2, 4, 4, 7, 2, 2),
    slope: 1,
    intercept: 0,
    min: 2,
    max: 7,
  })
})

test('a table’s values are looked up', () => {
  const builder = volumeBuilder(grid)
  const table = { first: 0, entries: [10, 30, 20], unit: 'OD' }
  builder.put(frame([1, 2], { table, slope: 1, intercept: 0 }), 0)
  expect([...(builder.volume()?.values ?? [])].slice(0, 2)).toEqual([30, 20])
})

test('a slice of another size is refused', () => {
  expect(() => {
    volumeBuilder(grid).put(frame([1], { columns: 1 }), 0)
  }).toThrow(/2x1, got 1x1/)
})
