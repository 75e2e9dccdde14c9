import { RadversaryError, type Notice } from '../errors.ts'
import type { Words } from '../math/colour.ts'
import type { StoredRange, StoredValues } from './image.ts'
import type { BitLayout } from './pixel-format.ts'

interface Values extends StoredRange {
  readonly values: StoredValues
  readonly declaredBits?: number
  readonly notices?: readonly Notice[]
}

type SignedWords = Int8Array | Int16Array | Int32Array

/**
 * Bit patterns to values: bits above HighBit and below the value (old overlays) are dropped, negative values
 * sign-extended.
 *
 * What is taken as it is, even where a value needs more than BitsStored: samples of a codec, which have no
 * other bits, and signed words that the writer has sign-extended to their whole width. The range returned
 * then has the bits that it needs. Where the other bits are an overlay's, they are neither value nor sign.
 */
export function toStoredValues(words: Words, layout: BitLayout): Values {
  const { bitsStored, highBit, signed, overlaid } = layout
  const wordBits = 8 * words.BYTES_PER_ELEMENT
  const lowestBit = highBit + 1 - bitsStored
  const isBare = overlaid || lowestBit !== 0
  if (!signed) {
    if (fitsExactly(layout, wordBits)) return { bitsStored, signed, values: words }
    if (layout.samples && !isBare) return wholeValues(words, layout)
    return { bitsStored, signed, values: maskAndShift(words, lowestBit, bitsStored) }
  }
  const whole = asSigned(words)
  if (fitsExactly(layout, wordBits)) return { bitsStored, signed, values: whole }
  const found = isBare ? undefined : signBits(whole, layout)
  if (found?.areExtended === true) return wholeValues(whole, layout)
  const values = signExtend(whole, lowestBit, bitsStored)
  return { bitsStored, signed, values, ...(found?.haveStray === true && { notices: [strayNotice] }) }
}

/**
 * Whether signed words are sign-extended: all bits above HighBit are alike in every word, and set where the
 * value's own sign bit is in one at least, or no value has that bit alone. Padding may be anything.
 */
function signBits(words: SignedWords, { bitsStored, padding }: BitLayout) {
  const counts = { extended: 0, below: 0, bare: 0, stray: 0 }
  for (const word of words) {
    if (word === padding) continue
    // The sign bit and what is above it: 0 or −1 fits, 1 is a negative value without a sign.
    const above = word >> (bitsStored - 1)
    if (above === -1) counts.extended++
    else if (above === -2) counts.below++
    else if (above === 1) counts.bare++
    else if (above !== 0) counts.stray++
  }
  const { extended, below, bare, stray } = counts
  const areExtended = stray === 0 && (extended > 0 || (below > 0 && bare === 0))
  return { areExtended, haveStray: !areExtended && stray + below > 0 }
}

function wholeValues(values: StoredValues, { bitsStored, signed }: BitLayout): Values {
  const needed = bitsNeeded(values, bitsStored, signed)
  if (needed === bitsStored) return { bitsStored, signed, values }
  const message = `Bits Stored (0028,0101) says ${bitsStored}, but the image has values of ${needed} bits: they were taken as they are.`
  const tip = 'Other readers may cut them off. Compare with what the model was trained on.'
  return { bitsStored: needed, declaredBits: bitsStored, signed, values, notices: [{ message, tip }] }
}

const strayNotice: Notice = {
  message:
    'Signed pixels have bits above High Bit (0028,0102) that are not their sign: these bits were dropped.',
  tip: 'They may be an overlay or damage. Look at the image before you trust its values.',
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

function signExtend(values: SignedWords, lowestBit: number, bitsStored: number): SignedWords {
  const unused = 32 - bitsStored
  return values.map((value) => ((value >>> lowestBit) << unused) >> unused)
}

/** The same bytes, read as signed. */
export function asSigned(words: Words): SignedWords {
  if (words instanceof Uint8Array) return new Int8Array(words.buffer, words.byteOffset, words.length)
  if (words instanceof Uint16Array) return new Int16Array(words.buffer, words.byteOffset, words.length)
  return new Int32Array(words.buffer, words.byteOffset, words.length)
}

function bitsNeeded(values: StoredValues, atLeast: number, signed: boolean): number {
  let bits = atLeast
  for (const value of values)
    while (signed ? value < -(2 ** (bits - 1)) || value >= 2 ** (bits - 1) : value >= 2 ** bits) bits++
  return bits
}
