import { expect, test } from 'vitest'
import type { ModelCard } from '../../../../core/model/card.ts'
import { fitText, inputText, normalisationText, rangeText } from './card-text.ts'

test('every kind of intensity is told in words, and whether values beyond it are kept', () => {
  const told = (intensity: ModelCard['intensity']) => rangeText({ intensity })
  expect(told({ kind: 'hu-window', center: 40, width: 400 })).toBe('window, center 40, width 400 HU')
  expect(told({ kind: 'stored-range', upper: 255 })).toBe('stored values from the least to 255')
  expect(told({ kind: 'modality-range', lower: -1000, upper: 400 })).toBe('-1000 to 400 in modality units')
  const series = { kind: 'percentile', lower: 1, upper: 99, of: 'series' } as const
  expect(told(series)).toBe('percentiles 1 to 99 of the series')
  expect(rangeText({ intensity: series, clip: false })).toBe('percentiles 1 to 99 of the series, not clipped')
  expect(told({ ...series, fromZero: true })).toBe('0 to percentile 99 of the series')
  expect(told({ kind: 'voi-window', index: 0 })).toBe("the file's window number 1")
})

test('input and fit are told in words', () => {
  const input = { name: 'x', layout: 'NCHW', size: [224, 192], channels: 1, valueRange: [0, 1] } as const
  expect(inputText({ ...input, size: [224, 192], valueRange: [0, 1] })).toBe('1 channel, 224 x 192, NCHW')
  const windows = [
    { kind: 'window', center: 40, width: 80, slice: 0, edge: 'repeat' },
    { kind: 'window', center: 600, width: 2800, slice: -1, edge: 'repeat' },
    { kind: 'slice', slice: 2, edge: 'repeat' },
  ] as const
  expect(inputText({ ...input, channels: [...windows], size: [224, 192], valueRange: [0, 1] })).toBe(
    'window 40 / 80; window 600 / 2800 of the slice before; range of 2 slices after, 224 x 192, NCHW',
  )
  const series = [
    { kind: 'series', modality: 'MR', match: { SeriesDescription: 'flair' } },
    { kind: 'series', match: { ProtocolName: 't2' } },
  ] as const
  expect(inputText({ ...input, channels: [...series], size: [224, 192], valueRange: [0, 1] })).toBe(
    'series MR flair; series t2, 224 x 192, NCHW',
  )
  expect(fitText({ fit: { kind: 'letterbox', padValue: 0 }, interpolation: 'bilinear' })).toBe(
    'fitted, the rest filled, bilinear',
  )
  expect(fitText({ fit: { kind: 'stretch' }, interpolation: 'bicubic-antialiased', rounding: 'uint8' })).toBe(
    'stretched, bicubic, antialiased (Pillow), rounded to 8 bits',
  )
})

test('a normalisation is told step by step', () => {
  const place = { at: 'image', of: 'image', outside: 'keep' } as const
  expect(normalisationText({})).toBe(undefined)
  expect(
    normalisationText({
      normalisation: [
        { ...place, kind: 'clip', percentiles: [1, 99], region: { kind: 'all' } },
        {
          ...place,
          kind: 'z-score',
          at: 'input',
          of: 'channel',
          region: { kind: 'non-zero', filled: false },
          ddof: 0,
          floor: 0,
          eps: 0,
        },
      ],
    }),
  ).toBe('clip of the image; z-score of the channel, resampled, of what is not 0')
})
