import { expect, test } from 'vitest'
import type { Frame } from '../frame.ts'
import { shapeBetween } from '../region.ts'
import { changeOf, statisticsOf } from './statistics.ts'

const frame = (values: Frame['values'], changes: Partial<Frame> = {}): Frame => ({
  rows: 2,
  columns: 2,
  samples: 1,
  values,
  photometric: 'MONOCHROME2',
  slope: 2,
  intercept: -10,
  table: undefined,
  unit: 'HU',
  window: { center: 0, width: 1 },
  spacing: undefined,
  min: 0,
  max: 9,
  ...changes,
})
const left = shapeBetween('rectangle', { x: 0, y: 0 }, { x: 1, y: 2 })
const after = frame(Int16Array.of(5, 9, 7, 9))

test('statistics are in modality units, of the pixels inside', () => {
  expect(statisticsOf(after, left)).toEqual({ pixels: 2, mean: 2, sd: 2, min: 0, max: 4 })
})

test('an image that was changed knows what it was', () => {
  const change = frame(Float32Array.of(2, 0, -2, 0), { slope: 1, intercept: 0 })
  expect(changeOf(after, change, left)?.before).toEqual({ pixels: 2, mean: 2, sd: 4, min: -2, max: 6 })
})

test('nothing is said of colour, or of no pixel', () => {
  expect(statisticsOf(frame(new Uint8Array(12), { samples: 3 }), left)).toBeUndefined()
  expect(
    statisticsOf(after, shapeBetween('rectangle', { x: 0.1, y: 0.1 }, { x: 0.2, y: 0.2 })),
  ).toBeUndefined()
})
