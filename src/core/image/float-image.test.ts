import { describe, expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import type { ModalityTransform, PixelMeaning, StoredFrame, StoredValues } from '../dicom/image.ts'
import { createFloatImage, type FloatImage } from './float-image.ts'
import type { IntensityRange } from '../tensor/intensity-scale.ts'
import { storableRange } from '../tensor/storable.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'

const hounsfield: ModalityTransform = { kind: 'linear', slope: 1, intercept: -1024, unit: 'HU' }
const window: IntensityRange = { domain: 'modality', lower: -160, upper: 240, unit: 'HU' }
const meaningOf = (modality: ModalityTransform, padding?: PixelMeaning['padding']): PixelMeaning => ({ modality, windows: [], voiTable: undefined, padding }) // prettier-ignore

function frameOf(values: StoredValues, facts: Partial<StoredFrame> = {}): StoredFrame {
  const samplesPerPixel = facts.samplesPerPixel ?? 1
  return { rows: 1, columns: values.length / samplesPerPixel, samplesPerPixel, photometric: 'MONOCHROME2', bitsStored: 12, signed: false, values, ...facts } // prettier-ignore
}

function moved(x: Tensor, by: (index: number) => number): Tensor {
  return tensor(x.shape, x.data.map((value, i) => value + by(i))) // prettier-ignore
}

const around = (x: Tensor, epsilon: number) => ({
  lower: moved(x, () => -epsilon),
  upper: moved(x, () => epsilon),
})

/** Stored values over the whole range of a format, ends included. */
function wholeRange(bitsStored: number, signed: boolean): StoredValues {
  const [lowest, highest] = storableRange({ bitsStored, signed })
  const random = Array.from(uniformTensor([300], bitsStored, [0, 1]).data, (u) =>
    Math.round(lowest + u * (highest - lowest)),
  )
  const values = [lowest, lowest + 1, highest - 1, highest, ...random]
  const arrays = signed ? [Int8Array, Int16Array, Int32Array] : [Uint8Array, Uint16Array, Uint32Array]
  return arrays[bitsStored <= 8 ? 0 : bitsStored <= 16 ? 1 : 2]!.from(values)
}

const table = (entries: number[], firstStoredValue = 0): ModalityTransform => ({ kind: 'table', firstStoredValue, table: Float64Array.from(entries), unit: 'US' }) // prettier-ignore

const formats = [
  ...[1, 8, 10, 12, 16, 32].flatMap((bitsStored) => [true, false].map((signed) => ({ bitsStored, signed }))),
].filter(({ bitsStored, signed }) => bitsStored > 1 || !signed)
const transforms: readonly [string, ModalityTransform, IntensityRange][] = [
  ['HU in a window', hounsfield, window],
  [
    'a fractional slope',
    { kind: 'linear', slope: 0.0137, intercept: 3.3, unit: 'Gy' },
    { domain: 'modality', lower: 1, upper: 7, unit: 'Gy' },
  ],
  ['a negative slope', { kind: 'linear', slope: -2, intercept: 10, unit: 'US' }, window],
  ['stored values', hounsfield, { domain: 'stored', lower: 0, upper: 255, unit: 'stored value' }],
  [
    'a rising table',
    table(Array.from({ length: 256 }, (_, i) => i * i)),
    { domain: 'modality', lower: 0, upper: 9999, unit: 'US' },
  ],
  [
    'a falling table',
    table(
      Array.from({ length: 200 }, (_, i) => -Math.sqrt(i)),
      -3,
    ),
    window,
  ],
]

describe.each(formats)('$bitsStored bits, signed $signed', ({ bitsStored, signed }) => {
  const values = wholeRange(bitsStored, signed)
  const cases = transforms.flatMap(([name, modality, range]) =>
    (['MONOCHROME2', 'MONOCHROME1'] as const).map((photometric) => ({ name, modality, range, photometric })),
  )

  test.each(cases)(
    '$photometric, $name: unchanged pixels come back bit by bit',
    ({ modality, range, photometric }) => {
      const image = createFloatImage(
        frameOf(values, { bitsStored, signed, photometric }),
        meaningOf(modality),
        range,
      )
      expect(image.toStored(image.relative)).toEqual(values)
      expect(image.toStored(tensor(image.relative.shape, image.relative.data.slice()))).toEqual(values)
    },
  )

  test.each(cases)(
    '$photometric, $name: a quantized image is what a reader gets',
    ({ modality, range, photometric }) => {
      const image = createFloatImage(
        frameOf(values, { bitsStored, signed, photometric }),
        meaningOf(modality),
        range,
      )
      const x = moved(image.relative, (i) => (i % 7) * 0.01 - 0.03)
      const quantized = image.quantize(x)
      expect(image.toRelative(image.toStored(quantized))).toEqual(quantized)
      expect(image.toRelative(image.toStored(x))).toEqual(quantized)
    },
  )
})

describe('createFloatImage', () => {
  test('maps the ends of the range to 0 and 1', () => {
    const image = createFloatImage(frameOf(Uint16Array.of(864, 1064, 1264)), meaningOf(hounsfield), window)
    expect(image.relative).toEqual(tensor([1, 1, 1, 3], Float32Array.of(0, 0.5, 1)))
    expect(image.levelWidth).toBeCloseTo(1 / 400, 12)
  })

  test('turns MONOCHROME1 over, so that 1 is bright', () => {
    const image = createFloatImage(
      frameOf(Uint16Array.of(864, 964), { photometric: 'MONOCHROME1' }),
      meaningOf(hounsfield),
      window,
    )
    expect(image.relative.data).toEqual(Float32Array.of(1, 0.75))
  })

  test('takes RGB apart into planes and puts it together again', () => {
    const values = Uint8Array.of(255, 0, 51, 0, 255, 102)
    const facts = { samplesPerPixel: 3, photometric: 'RGB', bitsStored: 8 } as const
    const image = createFloatImage(frameOf(values, facts), meaningOf({ kind: 'linear', slope: 1, intercept: 0, unit: '' }), { domain: 'stored', lower: 0, upper: 255, unit: '' }) // prettier-ignore
    expect(image.relative).toEqual(tensor([1, 3, 1, 2], Float32Array.of(1, 0, 0, 1, 51 / 255, 102 / 255)))
    const x = moved(image.relative, (i) => (i === 4 ? 2 / 255 : 0))
    expect(image.toStored(x)).toEqual(Uint8Array.of(255, 0, 53, 0, 255, 102))
  })

  test('refuses a modality table that both rises and falls, by name', () => {
    const zigzag = table([0, 5, 3, 9])
    expect(() => createFloatImage(frameOf(Uint8Array.of(1)), meaningOf(zigzag), window)).toThrow(
      'Modality LUT: expected a table that rises or falls throughout, got 2 rises and 1 falls',
    )
  })

  test('refuses a constant modality table and a slope of 0', () => {
    const flat: ModalityTransform = { kind: 'linear', slope: 0, intercept: 3, unit: '' }
    for (const modality of [table([7, 7, 7]), flat])
      expect(() => createFloatImage(frameOf(Uint8Array.of(1)), meaningOf(modality), window)).toThrow(
        'expected a',
      )
  })

  test('takes a zigzag table when the range is of stored values', () => {
    const range: IntensityRange = { domain: 'stored', lower: 0, upper: 4, unit: '' }
    const image = createFloatImage(frameOf(Uint8Array.of(1, 2)), meaningOf(table([0, 5, 3, 9])), range)
    expect(image.relative.data).toEqual(Float32Array.of(0.25, 0.5))
  })

  test('keeps a stored value that shares its intensity with others, and moves the others only as far as needed', () => {
    // stored 0..6 → 0 0 0 1 1 2 2
    const plateaus = table([0, 0, 0, 1, 1, 2, 2])
    const range: IntensityRange = { domain: 'modality', lower: 0, upper: 2, unit: 'US' }
    const image = createFloatImage(frameOf(Uint8Array.of(1, 1, 1, 5, 6)), meaningOf(plateaus), range)
    const wished = tensor([1, 1, 1, 5], Float32Array.of(0.01, 0.5, 1, 0.4, 0.05))
    expect(image.toStored(wished)).toEqual(Uint8Array.of(1, 3, 5, 4, 2))
  })
})

describe('limits', () => {
  test('are what BitsStored and PixelRepresentation can hold', () => {
    const image = createFloatImage(
      frameOf(Int16Array.of(5), { bitsStored: 12, signed: true }),
      meaningOf(hounsfield),
      window,
    )
    expect(image.limits.lower.data[0]).toBeCloseTo((-2048 - 1024 + 160) / 400, 6)
    expect(image.limits.upper.data[0]).toBeCloseTo((2047 - 1024 + 160) / 400, 6)
  })

  const padded = createFloatImage(
    frameOf(Uint16Array.of(0, 1, 10, 4095, 20)),
    meaningOf(hounsfield, { lower: 10, upper: 15 }),
    window,
  )

  test('freeze padding pixels', () => {
    expect(padded.limits.lower.data[2]).toBe(padded.relative.data[2])
    expect(padded.limits.upper.data[2]).toBe(padded.relative.data[2])
    expect(padded.toStored(moved(padded.relative, () => 5))[2]).toBe(10)
  })

  test('let no other pixel become padding or pass it', () => {
    expect(padded.toStored(moved(padded.relative, () => 500))).toEqual(Uint16Array.of(9, 9, 10, 4095, 4095))
    expect(padded.toStored(moved(padded.relative, () => -500))).toEqual(Uint16Array.of(0, 0, 10, 16, 16))
  })
})

describe('quantize', () => {
  const midRange = Uint16Array.from(uniformTensor([304], 7, [100, 3900]).data)
  const image = createFloatImage(frameOf(midRange), meaningOf(hounsfield), window)

  test('goes to the nearest level', () => {
    const levels = (x: FloatImage, by: number) =>
      Array.from(x.toStored(moved(x.relative, () => by / 400)).slice(4, 9))
    const source = Array.from(image.frame.values.slice(4, 9))
    expect(levels(image, 2.4)).toEqual(source.map((value) => value + 2))
    expect(levels(image, -2.6)).toEqual(source.map((value) => value - 3))
  })

  test.each([
    ['a budget between two levels', 2.5, 2],
    ['a budget just below a level', 2.999, 2],
    ['a budget of whole levels, in spite of rounding', 3, 3],
    ['a budget below one level', 0.9, 0],
  ])('keeps %s', (_, budgetLevels, expected) => {
    const epsilon = budgetLevels / 400
    for (const sign of [1, -1]) {
      const x = moved(image.relative, () => sign * epsilon)
      const stored = image.toStored(image.quantize(x, around(image.relative, epsilon)))
      const changes = Array.from(stored, (value, i) => value - midRange[i]!)
      expect(new Set(changes)).toEqual(new Set([sign * expected + 0]))
    }
  })

  test('holds every budget for every format and polarity', () => {
    for (const [, modality, range] of transforms)
      for (const photometric of ['MONOCHROME1', 'MONOCHROME2'] as const) {
        const one = createFloatImage(
          frameOf(wholeRange(8, false), { bitsStored: 8, photometric }),
          meaningOf(modality),
          range,
        )
        const epsilon = 3.3 * one.levelWidth
        const noise = uniformTensor(one.relative.shape, 9, [-epsilon, epsilon])
        const quantized = one.quantize(moved(one.relative, (i) => noise.data[i]!), around(one.relative, epsilon)) // prettier-ignore
        quantized.data.forEach((value, i) => {
          const source = one.relative.data[i]!
          expect(Math.abs(value - source)).toBeLessThanOrEqual(
            epsilon * (1 + 1e-6) + 2 ** -22 * Math.abs(source),
          )
        })
      }
  })

  test('clamps a wish beyond the allowed interval into it', () => {
    const quantized = image.quantize(moved(image.relative, () => 1), around(image.relative, 2 / 400)) // prettier-ignore
    expect(image.toStored(quantized)[4]).toBe(image.frame.values[4]! + 2)
  })

  test('refuses NaN and tensors of another shape', () => {
    expect(() => image.quantize(moved(image.relative, () => NaN))).toThrow(
      'Float image: expected numbers, got NaN',
    )
    expect(() => image.toStored(tensor([1, 1, 1, 2]))).toThrow(
      'Float image: expected [1, 1, 1, 304], got [1, 1, 1, 2]',
    )
    expect(() => image.toRelative(new Uint16Array(2))).toThrow(
      'Float image: expected 304 stored values, got 2',
    )
  })
})
