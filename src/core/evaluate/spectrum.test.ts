import { expect, test } from 'vitest'
import { tensor } from '../tensor/tensor.ts'
import { radialSpectrum, spectrumBands } from './spectrum.ts'

/** One channel of `size` x `size` pixels. */
function image(size: number, value: (row: number, column: number) => number) {
  const data = Float32Array.from({ length: size ** 2 }, (_, i) => value(Math.floor(i / size), i % size))
  return tensor([1, 1, size, size], data)
}

test('a constant change is all in the lowest band', () => {
  const [lowest] = radialSpectrum(image(100, () => 0.1))
  expect(lowest).toBeCloseTo(1, 6)
})

test('stripes lie at their frequency: a quarter of a cycle a pixel', () => {
  const bands = radialSpectrum(image(128, (_row, column) => Math.cos((Math.PI / 2) * (column + 0.5))))
  const middle = bands.indexOf(Math.max(...bands))
  expect(middle).toBe(Math.floor((0.5 / Math.SQRT2) * spectrumBands))
  expect(bands[middle]).toBeGreaterThan(0.9)
})

test('a chequered change is in the highest band, and none in none', () => {
  const highest = radialSpectrum(image(64, (row, column) => (-1) ** (row + column))).at(-1)
  expect(highest).toBeGreaterThan(0.85)
  expect(radialSpectrum(image(8, () => 0))).toEqual(Array<number>(spectrumBands).fill(0))
})
