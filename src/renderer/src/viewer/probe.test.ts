import { expect, test } from 'vitest'
import type { Frame } from './frame.ts'
import { probe, probeText, signed, threeDigits } from './probe.ts'

const ct: Frame = {
  rows: 1,
  columns: 2,
  samples: 1,
  values: Int16Array.of(10, 1064),
  photometric: 'MONOCHROME2',
  slope: 1,
  intercept: -1024,
  table: undefined,
  unit: 'HU',
  window: { center: 0, width: 1 },
  spacing: undefined,
  min: 10,
  max: 1064,
}
const change: Frame = { ...ct, values: Float32Array.of(0, -2.5), intercept: 0 }

const slope: Frame = { ...change, values: Float32Array.of(0.5, -0.25), unit: '1/window' }
const nothing = { perturbation: undefined, gradient: undefined, after: undefined }

test('a probe tells stored value, modality value, perturbation and gradient of one pixel', () => {
  const expected = {
    x: 1,
    y: 0,
    stored: [1064],
    modality: 40,
    unit: 'HU',
    perturbation: -2.5,
    gradient: -0.25,
    after: undefined,
  }
  expect(probe(ct, { ...nothing, perturbation: change, gradient: slope }, 1, 0)).toEqual(expected)
  expect(probe(ct, nothing, 1, 0)).toMatchObject(nothing)
  expect(probe(ct, { ...nothing, perturbation: change }, 2, 0)).toBeUndefined()
})

test('a look-up table gives the modality value where there is no slope', () => {
  const table = { first: 10, entries: [7, 9], unit: 'OD' }
  const found = [0, 1].map((x) => probe({ ...ct, table, unit: 'OD' }, nothing, x, 0))
  expect(found.map((each) => each?.modality)).toEqual([7, 9])
  expect(found[1] && probeText(found[1])).toBe('x 1 y 0 · 1064 · 9 OD')
})

test('of a colour pixel the strongest change is told', () => {
  const rgb: Frame = { ...ct, samples: 3, columns: 1, values: Uint8Array.of(1, 2, 3) }
  const changes: Frame = { ...rgb, values: Float32Array.of(1, -4, 2) }
  expect(probe(rgb, { ...nothing, perturbation: changes }, 0, 0)).toMatchObject({
    stored: [1, 2, 3],
    modality: undefined,
    perturbation: -4,
  })
})

test('the text has units where there are some', () => {
  const values = {
    x: 120,
    y: 88,
    stored: [1064],
    modality: 40,
    unit: 'HU',
    perturbation: 2,
    gradient: undefined,
    after: undefined,
  }
  expect(probeText(values)).toBe('x 120 y 88 · 1064 · 40 HU · Δ +2 HU')
  expect(probeText({ ...values, unit: 'US', modality: 1064, perturbation: undefined })).toBe(
    'x 120 y 88 · 1064',
  )
  expect(probeText({ ...values, gradient: -0.00123456 })).toMatch(
    / · Δ \+2 HU · ∂J\/∂x −0\.00123 per window$/,
  )
})

test('where two images share a viewport, both are told', () => {
  const found = probe(ct, { ...nothing, after: { ...ct, values: Int16Array.of(10, 1066) } }, 1, 0)
  expect(found && probeText(found)).toBe('x 1 y 0 · 1064 → 1066 · 40 → 42 HU')
})

test('tiny values keep three digits', () => {
  expect([0.000012345, -2, 0].map(threeDigits)).toEqual(['0.0000123', '-2', '0'])
})

test('signs are shown, and zero has none', () => {
  expect([-2.5, 0, 0.25, -0.0001].map(signed)).toEqual(['−2.5', '0', '+0.25', '0'])
})
