import { expect, test } from 'vitest'
import { displayPixels, rgbaPixels } from './display-pixels.ts'
import type { Frame, FrameValues } from './frame.ts'

function frameOf(values: FrameValues, changes: Partial<Frame> = {}): Frame {
  return {
    rows: 1,
    columns: values.length,
    samples: 1,
    values,
    photometric: 'MONOCHROME2',
    slope: 1,
    intercept: 0,
    table: undefined,
    unit: 'US',
    window: { center: 0, width: 1 },
    spacing: undefined,
    min: Math.min(...values),
    max: Math.max(...values),
    ...changes,
  }
}

test('16-bit values are shown as they are', () => {
  const values = Int16Array.of(-1000, 3000)
  expect(displayPixels(frameOf(values, { slope: 2, intercept: 5 }))).toEqual({
    values,
    min: -1000,
    max: 3000,
    slope: 2,
    intercept: 5,
  })
})

test.each([
  ['32-bit integers', Int32Array.of(-70_000, 12, 5_000_000)],
  ['unsigned ones far from zero', Uint32Array.of(3_000_000, 3_000_007)],
  ['fractions', Float32Array.of(-0.25, 0, 0.75)],
  ['fractions that are all equal', Float32Array.of(0.5, 0.5)],
])('%s are brought to 16 bits and keep their modality values', (_, values) => {
  const frame = frameOf(values, { slope: 3, intercept: -7 })
  const shown = displayPixels(frame)
  expect(shown.max).toBeLessThan(2 ** 16)
  const step = (frame.max - frame.min) / 65535
  for (const [i, value] of values.entries()) {
    const modality = (shown.values[i] ?? NaN) * shown.slope + shown.intercept
    expect(Math.abs(modality - (value * 3 - 7))).toBeLessThanOrEqual(3 * step)
  }
})

test('what a table makes of stored values is shown, in its order', () => {
  const table = { first: 0, entries: [500, 100, 300], unit: 'HU' }
  const shown = displayPixels(frameOf(Uint16Array.of(0, 1, 2, 9), { table }))
  const modality = Array.from(shown.values, (value) => Math.round(value * shown.slope + shown.intercept))
  expect(modality).toEqual([500, 100, 300, 300])
})

test('colours become opaque RGBA; more than 8 bits are scaled', () => {
  const colours = { samples: 3, photometric: 'RGB', columns: 1 } as const
  expect([...rgbaPixels(frameOf(Uint8Array.of(1, 2, 3), colours))]).toEqual([1, 2, 3, 255])
  expect([...rgbaPixels(frameOf(Uint16Array.of(65535, 0, 32768), colours))]).toEqual([255, 0, 128, 255])
})
