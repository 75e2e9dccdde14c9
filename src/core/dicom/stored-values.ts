import { RadversaryError } from '../errors.ts'
import type { Words } from './colour.ts'
import type { StoredRange, StoredValues } from './image.ts'
import type { BitLayout } from './pixel-format.ts'

/**
 * Bit patterns to values: bits above HighBit and below the value (old overlays) are dropped, negative values
 * sign-extended.
 *
 * Signed words that the writer has sign-extended to their whole width are taken as they are, even where a
 * value needs more than BitsStored; the range returned then has the bits that it needs. Where the other bits
 * are an overlay's, they are no sign.
 */
export function toStoredValues(
  words: Words,
  layout: BitLayout,
): StoredRange & { readonly values: StoredValues } {
  const { bitsStored, highBit, signed, overlaid } = layout
  const wordBits = 8 * words.BYTES_PER_ELEMENT
  const lowestBit = highBit + 1 - bitsStored
  if (!signed)
    return {
      bitsStored,
      signed,
      values: fitsExactly(layout, wordBits) ? words : maskAndShift(words, lowestBit, bitsStored),
    }
  const whole = asSigned(words)
  if (fitsExactly(layout, wordBits)) return { bitsStored, signed, values: whole }
  if (!overlaid && lowestBit === 0 && whole.some((value) => value < 0))
    return { bitsStored: bitsNeeded(whole, bitsStored), signed, values: whole }
  return { bitsStored, signed, values: signExtend(whole, lowestBit, bitsStored) }
}

/**
 * JPEG-LS has no sign, and readers differ in what they make of signed values of fewer bits than the word has:
 * some extend the sign, some don't. Where that would make a difference the image is refused, since there is
 * no telling which values the model was trained on.
 * @throws RadversaryError dicom-unsupported.
 */
export function refuseAmbiguousSign(
  words: Words,
  layout: BitLayout,
  syntax: string,
  file: string | undefined,
): void {
  if (!layout.signed || layout.bitsStored >= 8 * words.BYTES_PER_ELEMENT) return
  if (
    words.every((word) => ((word >>> (layout.bitsStored - 1)) & 1 ? word >>> layout.bitsStored !== 0 : true))
  )
    return
  throw new RadversaryError(
    'dicom-unsupported',
    `${syntax}: expected signed values that fill their words, got negative ones of ${layout.bitsStored} bits, which readers disagree about`,
    {
      tip: 'Convert the image with the software that wrote it to an uncompressed transfer syntax and open that.',
      file,
    },
  )
}

function fitsExactly({ bitsStored, highBit }: BitLayout, wordBits: number): boolean {
  return bitsStored === wordBits && highBit === wordBits - 1
}

function maskAndShift(words: Words, lowestBit: number, bitsStored: number): Words {
  const mask = 2 ** bitsStored - 1
  return words.map((word) => ((word >>> lowestBit) & mask) >>> 0)
}

function signExtend<Values extends Int8Array | Int16Array | Int32Array>(
  values: Values,
  lowestBit: number,
  bitsStored: number,
): Values {
  const unused = 32 - bitsStored
  return values.map((value) => ((value >>> lowestBit) << unused) >> unused) as Values
}

/** The same bytes, read as signed. */
export function asSigned(words: Words): Int8Array | Int16Array | Int32Array {
  if (words instanceof Uint8Array) return new Int8Array(words.buffer, words.byteOffset, words.length)
  if (words instanceof Uint16Array) return new Int16Array(words.buffer, words.byteOffset, words.length)
  return new Int32Array(words.buffer, words.byteOffset, words.length)
}

function bitsNeeded(values: Int8Array | Int16Array | Int32Array, atLeast: number): number {
  let bits = atLeast
  for (const value of values) while (value < -(2 ** (bits - 1)) || value >= 2 ** (bits - 1)) bits++
  return bits
}
