import { expect, test } from 'vitest'
import { kindsFor, parseExportKinds } from '../export/export-kinds.ts'

test.each([
  ['series', ['series']],
  ['smoothed, perturbation', ['series', 'perturbation', 'smoothed']],
  ['masks', ['series', 'masksBefore', 'masksAfter']],
  ['perturbation,series,perturbation', ['series', 'perturbation']],
])('%j exports %j: the adversarial series is always among them', (text, kinds) => {
  expect(parseExportKinds(text)).toEqual(kinds)
})

test.each(['', 'series,video', 'Series'])('%j is refused', (text) => {
  expect(() => parseExportKinds(text)).toThrow(
    /Export: expected some of series, perturbation, smoothed, masks, got/,
  )
})

test('masks are of segmentations: of other tasks they are left out, or refused where they were asked for', () => {
  const kinds = parseExportKinds('series,masks')
  expect(kindsFor({ task: 'segmentation' }, kinds, true)).toEqual(kinds)
  expect(kindsFor({ task: 'detection' }, kinds)).toEqual(['series'])
  expect(kindsFor({ task: 'classification' }, ['series', 'smoothed'], true)).toEqual(['series', 'smoothed'])
  expect(() => kindsFor({ task: 'detection' }, kinds, true)).toThrow('got a model for detection')
})
