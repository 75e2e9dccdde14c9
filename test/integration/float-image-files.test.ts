import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { applyModality } from '../../src/core/dicom/lookup-tables.ts'
import { pixelMeaning } from '../../src/core/dicom/meaning.ts'
import { createFloatImage } from '../../src/core/image/float-image.ts'
import { tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { hashOfValues } from '../support/values-hash.ts'

/** One file of each kind: name, file, whether every stored value has an intensity of its own in float32. */
const kinds = [
  ['signed CT with padding', 'formats/ct-transfer-syntaxes/CTImage.dcm', true],
  ['signed CT of 14 bits', 'formats/mixed/693_UNCR.dcm', true],
  ['unsigned CT', 'series/ct-head/001.dcm', true],
  ['MR', 'series/mr-head/073.dcm', true],
  ['MONOCHROME1 with a fractional slope', 'dicomdir/dicomdirtests/77654033/CR1/6154', true],
  ['a modality table', 'formats/mixed/mlut_18.dcm', false],
  ['ultrasound of 8 bits', 'series/breast-us/001.dcm', true],
  ['RGB', 'formats/mixed/color-px.dcm', true],
  ['a palette', 'formats/colour-synthetic/palette_8.dcm', true],
  ['RGB of 16 bits', 'formats/mixed/SC_rgb_16bit.dcm', true],
  ['RGB of 32 bits', 'formats/mixed/SC_rgb_32bit.dcm', false],
] as const

/** The frame, its meaning, and the range from its smallest to its largest value. */
async function open(file: string) {
  const instance = parseInstance(new Uint8Array(readFileSync(sharedData(file))))
  const frame = await decodeFrame(instance, 0)
  const meaning = pixelMeaning(instance, 0)
  const values = applyModality(meaning.modality, frame.values)
  const [lower, upper] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  return { frame, meaning, range: { domain: 'modality', lower, upper, unit: meaning.modality.unit } as const }
}

/** Bit for bit; faster than comparing elements one by one. */
function expectSame(x: Tensor, y: Tensor): void {
  expect(x.shape).toEqual(y.shape)
  expect(Buffer.from(x.data.buffer).equals(Buffer.from(y.data.buffer))).toBe(true)
}

describeWithSharedData('the float image', () => {
  it.each(kinds)('of %s gives back exactly the stored values, and runs from 0 to 1', async (_, file) => {
    const { frame, meaning, range } = await open(file)
    const image = createFloatImage(frame, meaning, range)
    const ends = [
      image.relative.data.reduce((a, b) => Math.min(a, b)),
      image.relative.data.reduce((a, b) => Math.max(a, b)),
    ]
    expect(ends.map(Math.abs)).toEqual([0, 1])
    expect(hashOfValues(image.toStored(image.relative))).toBe(hashOfValues(frame.values))
    expectSame(image.quantize(image.relative), image.relative)
    expectSame(image.toRelative(image.toStored(image.relative)), image.relative)
  })

  it.each(kinds)(
    'of %s is inverted by the numbers alone, whatever the source was',
    async (_, file, isExact) => {
      const { frame, meaning, range } = await open(file)
      const { relative } = createFloatImage(frame, meaning, range)
      // From a source of other values, and without padding (which would keep its pixels), no pixel is taken
      // from the source.
      const other = { ...frame, values: frame.values.map((value) => value ^ 1) }
      const image = createFloatImage(other, { ...meaning, padding: undefined }, range)
      const stored = image.toStored(relative)
      expectSame(image.toRelative(stored), relative)
      if (isExact) expect(hashOfValues(stored)).toBe(hashOfValues(frame.values))
    },
  )

  it('of MONOCHROME1 is bright where the stored values are low', async () => {
    const { frame, meaning, range } = await open('dicomdir/dicomdirtests/77654033/CR1/6154')
    expect(frame.photometric).toBe('MONOCHROME1')
    const { relative } = createFloatImage(frame, meaning, range)
    const lowest = Array.from(frame.values).reduce((a, b) => Math.min(a, b))
    expect(relative.data[frame.values.indexOf(lowest)]).toBe(1)
  })

  it('of colours has a plane for each', async () => {
    const { frame, meaning, range } = await open('formats/mixed/color-px.dcm')
    const { relative } = createFloatImage(frame, meaning, range)
    const pixels = frame.rows * frame.columns
    expect(relative.shape).toEqual([1, 3, frame.rows, frame.columns])
    for (const at of [0, 1, 1000, pixels - 1])
      for (const colour of [0, 1, 2]) {
        const stored = frame.values[3 * at + colour] ?? NaN
        expect(relative.data[colour * pixels + at]).toBe(
          Math.fround((stored - range.lower) / (range.upper - range.lower)),
        )
      }
  })

  it('keeps padding pixels, and lets no other become padding', async () => {
    const { frame, meaning } = await open('formats/ct-transfer-syntaxes/CTImage.dcm')
    const padding = -2000
    const padded = { ...meaning, padding: { lower: padding, upper: padding } }
    const range = { domain: 'stored', lower: -1000, upper: 1000, unit: 'stored value' } as const
    const image = createFloatImage(frame, padded, range)
    const dark = tensor(
      image.relative.shape,
      image.relative.data.map(() => -0.5),
    )
    const stored = image.toStored(dark)
    expect(Array.from(frame.values).filter((value) => value === padding).length).toBeGreaterThan(1000)
    const expected = frame.values.map((value) => (value === padding ? padding : padding + 1))
    expect(hashOfValues(stored)).toBe(hashOfValues(expected))
  })
})
