import { expect, test } from 'vitest'
import { float64At } from './at.ts'
import { binsOf, projected, reconstructed } from './projection.ts'

const beams = { rows: 60, columns: 50, views: 180 }
/** A disc about the middle. */
const disc = Float32Array.from({ length: 3000 }, (_, i) =>
  Number(Math.hypot(Math.floor(i / 50) - 29.5, (i % 50) - 24.5) <= 15),
)

test('a ray through the middle of a disc is as long as its diameter, in every view', () => {
  const sums = projected(disc, beams)
  const bins = binsOf(beams)
  for (let view = 0; view < 180; view++) {
    const middle = sums.subarray(view * bins + bins / 2 - 4, view * bins + bins / 2 + 4)
    expect(middle.reduce((sum, value) => sum + value, 0) / middle.length).toBeCloseTo(30, -0.5)
  }
  expect(sums.reduce((sum, value) => sum + value, 0) / 180).toBeCloseTo(
    disc.reduce((sum, value) => sum + value, 0),
    6,
  )
})

test('filtered back projection gives the disc back', () => {
  const found = reconstructed(projected(disc, beams), beams)
  const mean = (within: (radius: number) => boolean) => {
    const some = [...found].filter((_, i) => within(Math.hypot(Math.floor(i / 50) - 29.5, (i % 50) - 24.5)))
    return some.reduce((sum, value) => sum + value, 0) / some.length
  }
  expect(mean((radius) => radius < 12)).toBeCloseTo(1, 1)
  expect(mean((radius) => radius > 18 && radius < 24)).toBeCloseTo(0, 1)
})

test('an error of one bin in all views of a whole turn is a ring', () => {
  const bins = binsOf(beams)
  const errors = new Float64Array(180 * bins)
  for (let view = 0; view < 180; view++)
    for (const side of [-10, 10]) errors[view * bins + (bins - 1) / 2 + side] = 1
  const found = reconstructed(errors, beams)
  const along = (radius: number) => {
    const some = [...found].filter(
      (_, i) => Math.abs(Math.hypot(Math.floor(i / 50) - 29.5, (i % 50) - 24.5) - radius) < 0.6,
    )
    return some.reduce((sum, value) => sum + value, 0) / some.length
  }
  for (const radius of [4, 7, 13, 18]) expect(along(10)).toBeGreaterThan(5 * Math.abs(along(radius)))
})

test('back projection takes as much as projection gives', () => {
  const sums = projected(disc, beams)
  expect(sums.every((value) => value >= 0)).toBe(true)
  expect(float64At(sums, 0)).toBe(0)
})
