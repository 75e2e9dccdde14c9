import { decimalString } from '../dicom/write/decimal-string.ts'
import type { StoredValues } from '../dicom/image.ts'
import { factsOf, storedByRescale, type Numbers } from '../math/pictures.ts'
import type { Rescale } from './source-images.ts'

/** Numbers as values that DICOM stores. */
export interface Stored {
  readonly values: StoredValues
  readonly bitsStored: number
  readonly signed: boolean
  readonly rescale: Rescale | undefined
  readonly notices: readonly string[]
}

/**
 * Numbers as stored values of at most 16 bits: as they are where they are whole and fit, else as the nearest
 * of 65536 levels between the least and the largest, with the slope and intercept that give them back.
 * @param rescale what the file says its numbers stand for
 */
export function storedNumbers(numbers: Numbers, rescale: Rescale | undefined): Stored {
  if (numbers instanceof Uint8Array)
    return { values: numbers, bitsStored: 8, signed: false, rescale, notices: [] }
  if (numbers instanceof Uint16Array || numbers instanceof Int16Array)
    return { values: numbers, bitsStored: 16, signed: numbers instanceof Int16Array, rescale, notices: [] }
  const { lowest, highest, whole, strange } = factsOf(numbers)
  const fits = whole && strange === 0
  if (fits && lowest >= -32768 && highest <= 32767)
    return { values: Int16Array.from(numbers), bitsStored: 16, signed: true, rescale, notices: [] }
  if (fits && lowest >= 0 && highest <= 65535)
    return { values: Uint16Array.from(numbers), bitsStored: 16, signed: false, rescale, notices: [] }
  return levels(numbers, [lowest, highest], { rescale, strange })
}

/**
 * Samples of colours as DICOM stores them: whole numbers of 8 or 16 bits without a sign; undefined of others,
 * since colours have no rescaling.
 */
export function storedColours(numbers: Numbers): Stored | undefined {
  const kind = { signed: false, rescale: undefined, notices: [] }
  if (numbers instanceof Uint8Array) return { values: numbers, bitsStored: 8, ...kind }
  if (numbers instanceof Uint16Array) return { values: numbers, bitsStored: 16, ...kind }
  const { lowest, highest, whole, strange } = factsOf(numbers)
  if (!whole || strange > 0 || lowest < 0 || highest > 65535) return undefined
  return highest <= 255
    ? { values: Uint8Array.from(numbers), bitsStored: 8, ...kind }
    : { values: Uint16Array.from(numbers), bitsStored: 16, ...kind }
}

function levels(
  numbers: Numbers,
  [lowest, highest]: readonly [number, number],
  { rescale, strange }: { readonly rescale: Rescale | undefined; readonly strange: number },
): Stored {
  const slope = Number(decimalString((highest - lowest) / 65535)) || 1
  const intercept = Number(decimalString(lowest))
  const values = new Uint16Array(numbers.length)
  const zero = lowest <= 0 && highest >= 0 ? 0 : lowest
  const error = storedByRescale(numbers, values, { slope, intercept }, [0, 65535], zero)
  const { slope: scale, intercept: shift } = rescale ?? { slope: 1, intercept: 0 }
  const meant = (number: number) => short(number * scale + shift)
  return {
    values,
    bitsStored: 16,
    signed: false,
    rescale: { slope: slope * scale, intercept: intercept * scale + shift },
    notices: [
      `Numbers with fractions or beyond 16 bits are stored as the nearest of 65536 levels from ${meant(lowest)} to ${meant(highest)}; the largest difference is ${short(error * Math.abs(scale))}.`,
      ...(strange === 0
        ? []
        : [
            `${strange} values are no numbers: NaN is stored as ${meant(zero)}, infinities as the nearest level.`,
          ]),
    ],
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
