import { expect, test } from 'vitest'
import { parseExportKinds } from './export-kinds.ts'

test.each([
  ['series', ['series']],
  ['smoothed, perturbation', ['series', 'perturbation', 'smoothed']],
  ['masks', ['series', 'masksBefore', 'masksAfter']],
  ['perturbation,series,perturbation', ['series', 'perturbation']],
])('%j exports %j: the adversarial series is always among them', (text, kinds) => {
  expect(parseExportKinds(text)).toEqual(kinds)
})

test.each(['', 'series,video', 'Series'])('%j is refused', (text) => {
  expect(() => parseExportKinds(text)).toThrow(/Export: expected some of series, perturbation, smoothed, masks, got/)
})
