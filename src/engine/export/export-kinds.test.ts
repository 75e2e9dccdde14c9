import { expect, test } from 'vitest'
import { kindsFor, parseExports } from '../export/export-kinds.ts'

test.each([
  ['series', ['series']],
  ['smoothed, perturbation', ['series', 'perturbation', 'smoothed']],
  ['masks', ['series', 'masksBefore', 'masksAfter']],
  ['perturbation,series,perturbation', ['series', 'perturbation']],
])('%j exports %j: the adversarial series is always among them', (text, kinds) => {
  expect(parseExports(text)).toEqual({ exports: kinds })
})

test('formats beside DICOM are apart from its kinds', () => {
  expect(parseExports('npy,png')).toEqual({ exports: ['series'], pictures: ['png', 'npy'] })
})

test.each(['', 'series,video', 'Series'])('%j is refused', (text) => {
  expect(() => parseExports(text)).toThrow(
    /Export: expected some of all, series, perturbation, smoothed, masks, png, nifti, npy, got/,
  )
})

test('masks are of segmentations: of other tasks they are left out, or refused where they were asked for', () => {
  const kinds = parseExports('series,masks').exports
  expect(kindsFor({ task: 'segmentation' }, kinds, true)).toEqual(kinds)
  expect(kindsFor({ task: 'detection' }, kinds)).toEqual(['series'])
  expect(kindsFor({ task: 'classification' }, ['series', 'smoothed'], true)).toEqual(['series', 'smoothed'])
  expect(() => kindsFor({ task: 'detection' }, kinds, true)).toThrow('got a model for detection')
})
