import { expect, test } from 'vitest'
import type { PixelMeaning } from '../dicom/image.ts'
import { parseCard } from './card.ts'
import type { ImagePixels } from '../image/intensity-counts.ts'
import { headerMismatches, rangeMismatches, type SeriesImage, type SuitedCard } from './suitability.ts'

function image(
  values: readonly number[],
  {
    unit = 'HU',
    modality = 'CT',
    padding,
  }: Partial<Pick<PixelMeaning, 'padding'>> & { unit?: string; modality?: string } = {},
): SeriesImage {
  const stored = Int32Array.from(values)
  const meaning = {
    modality: { kind: 'linear', slope: 1, intercept: 0, unit },
    windows: [],
    ...(padding && { padding }),
  } as unknown as PixelMeaning
  const frame = { values: stored, rows: 1, columns: stored.length, samplesPerPixel: 1 }
  return { modality, frames: [{ frame, meaning } as unknown as ImagePixels] }
}

const lung: SuitedCard = { intensity: { kind: 'hu-window', center: -600, width: 1500 } }
const reasons = (found: readonly { readonly message: string }[]) => found.map(({ message }) => message)

test('a window in HU does not suit values in another unit', () => {
  expect(headerMismatches(lung, image([0]))).toEqual([])
  const [reason] = reasons(headerMismatches(lung, image([0], { unit: 'US', modality: 'MR' })))
  expect(reason).toBe("The model card's window is in HU, but this series' values are in US (unspecified).")
  const range: SuitedCard = { intensity: { kind: 'modality-range', lower: 0, upper: 9 } }
  expect(headerMismatches(range, image([0], { unit: 'US' }))).toEqual([])
})

test('a card that names modalities does not suit another one, nor an image that has none', () => {
  const mammography = { ...lung, modality: ['MG', 'DX'] }
  expect(reasons(headerMismatches(mammography, image([0])))).toEqual([
    'The model card is for images of the modality MG or DX, but this series is CT.',
  ])
  expect(headerMismatches(mammography, image([0], { modality: 'DX' }))).toEqual([])
  const unnamed = { ...image([0]), modality: undefined }
  expect(reasons(headerMismatches(mammography, unnamed))[0]).toMatch('this series is no modality')
})

test('a range that nine in ten values lie beyond does not suit, background left out', () => {
  const tissue = Array.from({ length: 100 }, (_, i) => i)
  const outside = Array.from({ length: 500 }, () => -1000)
  expect(rangeMismatches(lung, [image([...outside, ...tissue])])).toEqual([])
  const bright: SuitedCard = { intensity: { kind: 'hu-window', center: 3000, width: 100 } }
  expect(reasons(rangeMismatches(bright, [image([...outside, ...tissue])]))).toEqual([
    "100 % of this series' values lie beyond the model card's range of 2950 to 3050.",
  ])
  const eighth: SuitedCard = { intensity: { kind: 'modality-range', lower: 0, upper: 12 } }
  expect(rangeMismatches(eighth, [image(tissue)])).toEqual([])
  const tenth: SuitedCard = { intensity: { kind: 'modality-range', lower: 0, upper: 8 } }
  expect(rangeMismatches(tenth, [image(tissue)])).toHaveLength(1)
})

test('a range that dwarfs all values does not suit, a constant image is none of its business', () => {
  const wide: SuitedCard = { intensity: { kind: 'stored-range', lower: 0, upper: 65_535 } }
  expect(reasons(rangeMismatches(wide, [image([1, 200, 255])]))).toEqual([
    "All of this series' values lie within 0.08 % of the model card's range of 0 to 65535.",
  ])
  expect(rangeMismatches(wide, [image([7, 7, 7])])).toEqual([])
})

test('padding does not count, and ranges of the images’ own always suit', () => {
  const padding = { lower: 5000, upper: 5000 }
  const window: SuitedCard = { intensity: { kind: 'modality-range', lower: 0, upper: 100 } }
  const padded = [1, 50, 90, ...Array.from({ length: 100 }, () => 5000)]
  expect(rangeMismatches(window, [image(padded, { padding })])).toEqual([])
  expect(rangeMismatches(window, [image(padded)])).toHaveLength(1)
  for (const intensity of [
    { kind: 'percentile', lower: 1, upper: 99, of: 'image' },
    { kind: 'voi-window', index: 0 },
  ] as const)
    expect(rangeMismatches({ intensity }, [image(padded)])).toEqual([])
})

test('a card takes one modality or several, and nothing else', () => {
  const card = {
    schema: 'radversary/model-card/1',
    file: 'm.onnx',
    name: 'm',
    task: 'classification',
    input: { name: 'x', layout: 'NCHW', size: [8, 8], channels: 1 },
    intensity: lung.intensity,
    fit: { kind: 'stretch' },
    interpolation: 'bilinear',
    mean: [0],
    std: [1],
    output: { name: 'y', activation: 'softmax', gives: 'logits', classes: ['a', 'b'] },
  }
  expect(parseCard({ ...card, modality: 'CT' }).modality).toEqual(['CT'])
  expect(parseCard({ ...card, modality: ['CR', 'DX'] }).modality).toEqual(['CR', 'DX'])
  expect(() => parseCard({ ...card, modality: 'ct' })).toThrow('DICOM modality')
  expect(() => parseCard({ ...card, modality: [] })).toThrow('modality')
})
