import { describe, expect, test } from 'vitest'
import type { ModalityTransform, PixelMeaning, StoredFrame, VoiWindow } from '../dicom/image.ts'
import { countIntensities, type ImagePixels } from './intensity-counts.ts'
import { resolveIntensity, widthInHu } from './intensity.ts'

const hounsfield: ModalityTransform = { kind: 'linear', slope: 2, intercept: -1000, unit: 'HU' }

function imageOf(
  values: number[],
  meaning: Partial<PixelMeaning> = {},
  frame: Partial<StoredFrame> = {},
): ImagePixels {
  return {
    frame: { rows: 1, columns: values.length, samplesPerPixel: 1, photometric: 'MONOCHROME2', bitsStored: 12, signed: false, values: Uint16Array.from(values), ...frame }, // prettier-ignore
    meaning: { modality: hounsfield, windows: [], voiTable: undefined, padding: undefined, ...meaning },
  }
}

const image = imageOf([10, 20, 30, 40])
const voi = (window: Partial<VoiWindow>): VoiWindow => ({
  center: 50,
  width: 100,
  shape: 'LINEAR',
  explanation: undefined,
  ...window,
})

describe('resolveIntensity', () => {
  test('takes an HU window from centre minus to centre plus half the width', () => {
    const { range, notices } = resolveIntensity({ kind: 'hu-window', center: -600, width: 1500 }, image)
    expect(range).toEqual({ domain: 'modality', lower: -1350, upper: 150, unit: 'HU' })
    expect(notices).toEqual([])
  })

  test('takes the whole range of what can be stored, or the part that is named', () => {
    expect(resolveIntensity({ kind: 'stored-range' }, image).range).toMatchObject({
      domain: 'stored',
      lower: 0,
      upper: 4095,
    })
    const signed = imageOf([1], {}, { bitsStored: 16, signed: true })
    expect(resolveIntensity({ kind: 'stored-range', upper: 100 }, signed).range).toMatchObject({
      lower: -32768,
      upper: 100,
    })
  })

  test('refuses a stored range that is empty for the image', () => {
    expect(() => resolveIntensity({ kind: 'stored-range', lower: 5000 }, image)).toThrow('got 5000 to 4095')
  })

  test('takes percentiles of the image, or of the series', () => {
    const series = countIntensities([image, imageOf([500, 500, 500, 500])])
    const intensity = { kind: 'percentile', lower: 25, upper: 75 } as const
    expect(resolveIntensity({ ...intensity, of: 'image' }, image, series).range).toMatchObject({
      lower: -980,
      upper: -940,
    })
    expect(resolveIntensity({ ...intensity, of: 'series' }, image, series).range).toMatchObject({
      lower: -960,
      upper: 0,
    })
  })

  test('will not take percentiles of an image for those of a series', () => {
    expect(() => resolveIntensity({ kind: 'percentile', lower: 1, upper: 99, of: 'series' }, image)).toThrow(
      'internal:',
    )
  })

  test('begins at 0 where a card says so, however far the values are above it', () => {
    const bright = imageOf([1040, 1400, 1900])
    const intensity = { kind: 'percentile', lower: 0, upper: 100, of: 'image' } as const
    const { lower, upper } = resolveIntensity(intensity, bright).range
    expect(lower).toBeGreaterThan(0)
    expect(resolveIntensity({ ...intensity, fromZero: true }, bright).range).toMatchObject({
      lower: 0,
      upper,
    })
  })

  test('says so when an image holds nothing above the 0 that it begins at', () => {
    const dark = imageOf([0, 1, 2])
    const intensity = { kind: 'percentile', lower: 0, upper: 100, of: 'image', fromZero: true } as const
    const { range, notices } = resolveIntensity(intensity, dark)
    expect(range).toMatchObject({ lower: 0, upper: 1 })
    expect(notices).toHaveLength(1)
  })

  test('says so when an image is constant', () => {
    const { range, notices } = resolveIntensity(
      { kind: 'percentile', lower: 1, upper: 99, of: 'image' },
      imageOf([7, 7]),
    )
    expect(range).toMatchObject({ lower: -986, upper: -985 })
    expect(notices).toHaveLength(1)
  })

  test.each([
    ['LINEAR', 0, 99],
    ['LINEAR_EXACT', 0, 100],
    ['SIGMOID', 0, 100],
  ] as const)("takes the ends of the file's %s window", (shape, lower, upper) => {
    const { range, notices } = resolveIntensity({ kind: 'voi-window', index: 1 }, imageOf([1], { windows: [voi({ center: 1 }), voi({ shape })] })) // prettier-ignore
    expect(range).toMatchObject({ domain: 'modality', lower, upper })
    expect(notices).toHaveLength(shape === 'SIGMOID' ? 1 : 0)
  })

  test('refuses a VOI window that is not there, and one without extent', () => {
    expect(() => resolveIntensity({ kind: 'voi-window', index: 0 }, image)).toThrow('got 0 windows')
    const narrow = imageOf([1], { windows: [voi({ width: 1 })] })
    expect(() => resolveIntensity({ kind: 'voi-window', index: 0 }, narrow)).toThrow('got width 1')
  })

  test('takes the stored range of colour images for their VOI window', () => {
    const colour = imageOf([1, 2, 3], {}, { photometric: 'RGB', samplesPerPixel: 3, bitsStored: 8 })
    expect(resolveIntensity({ kind: 'voi-window', index: 0 }, colour).range).toMatchObject({
      domain: 'stored',
      lower: 0,
      upper: 255,
    })
  })
})

describe('countIntensities', () => {
  test('finds minimum, median and maximum by nearest rank, without padding', () => {
    const counts = countIntensities([imageOf([0, 0, 0, 0, 10, 20, 30], { padding: { lower: 0, upper: 0 } })])
    expect([0, 50, 100].map((percent) => counts.percentile(percent))).toEqual([-980, -960, -940])
  })

  test('adds frames whose rescale differs', () => {
    const counts = countIntensities([image])
    counts.add(imageOf([10], { modality: { kind: 'linear', slope: 100, intercept: 0, unit: 'HU' } }))
    expect(counts.percentile(100)).toBe(1000)
  })

  test('refuses percentiles of nothing but padding', () => {
    const blank = countIntensities([imageOf([0], { padding: { lower: 0, upper: 0 } })])
    expect(() => blank.percentile(50)).toThrow('got nothing but padding')
  })
})

describe('widthInHu', () => {
  const stored = { domain: 'stored', lower: 0, upper: 100, unit: 'stored value' } as const
  const modality = { domain: 'modality', lower: -100, upper: 100, unit: 'HU' } as const

  test('is the width of a range of HU, and that of stored values times the slope', () => {
    expect(widthInHu(modality, hounsfield)).toBe(200)
    expect(widthInHu(stored, hounsfield)).toBe(200)
  })

  test('is undefined without HU, or where a table gives no constant width', () => {
    expect(widthInHu(modality, { ...hounsfield, unit: 'US' })).toBeUndefined()
    expect(
      widthInHu(stored, { kind: 'table', firstStoredValue: 0, table: Float64Array.of(0, 1, 4), unit: 'HU' }),
    ).toBeUndefined()
  })
})
