import { expect, test } from 'vitest'
import { expand422, interleave, ybrToRgb } from '../math/colour.ts'
import { colourModelOf } from './colour.ts'

test('YBR_FULL becomes RGB: greys stay, the primary colours come out, extremes are clamped', () => {
  // Luminance and chrominance of grey, pure red and pure blue by PS3.3 C.7.6.3.1.2, rounded to integers.
  const pixels = Uint8Array.of(90, 128, 128, 76, 85, 255, 29, 255, 107, 255, 255, 255)
  ybrToRgb(pixels, 8)
  expect([...pixels]).toEqual([90, 90, 90, 254, 0, 0, 0, 0, 254, 255, 121, 255])
})

test('wider samples have their chrominance zero at half their range', () => {
  const pixels = Uint16Array.of(1000, 2048, 2048)
  ybrToRgb(pixels, 12)
  expect([...pixels]).toEqual([1000, 1000, 1000])
})

test('two pixels of YBR_FULL_422 share their chrominance', () => {
  expect([...expand422(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), new Uint8Array(12), 2)]).toEqual([
    1, 3, 4, 2, 3, 4, 5, 7, 8, 6, 7, 8,
  ])
})

test('planes are interleaved', () => {
  expect([...interleave(Uint8Array.of(1, 2, 3, 4, 5, 6), new Uint8Array(6), 3)]).toEqual([1, 3, 5, 2, 4, 6])
})

test.each(['CMYK', 'YBR_PARTIAL_422', 'HSV', undefined])(
  '%s is refused by name',
  (photometricInterpretation) => {
    expect(() => colourModelOf({ photometricInterpretation, samplesPerPixel: 3 }, undefined)).toThrow(
      `Photometric interpretation ${photometricInterpretation ?? '(none)'}`,
    )
  },
)

test('a known photometric interpretation with the wrong number of samples is refused', () => {
  expect(() => colourModelOf({ photometricInterpretation: 'RGB', samplesPerPixel: 1 }, undefined)).toThrow(
    'got 1 samples',
  )
})

test('4:2:2 rows of odd length end with half a pair', () => {
  const rows = Uint8Array.of(1, 2, 3, 4, 5, 0, 7, 8, 11, 12, 13, 14, 15, 0, 17, 18)
  expect([...expand422(rows, new Uint8Array(18), 3)]).toEqual([
    1, 3, 4, 2, 3, 4, 5, 7, 8, 11, 13, 14, 12, 13, 14, 15, 17, 18,
  ])
})
