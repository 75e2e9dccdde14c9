import { float64At } from '../math/at.ts'
import type { DataSet } from 'dicom-parser'
import { byteAt } from '../math/bytes.ts'
import { unsignedOf, unsignedOrSignedOf } from './attributes.ts'
import type { ModalityTransform } from './image.ts'

/** A lookup table as DICOM stores it: descriptor (entries, first input, bits) and data. */
export interface LookupTable {
  /** The input that the first entry is for; inputs outside take the nearest entry. */
  readonly first: number
  readonly entries: Float64Array
  /** Bits per entry, as the descriptor says: 8 to 16. */
  readonly bits: number
}

/**
 * Reads LUT Descriptor and LUT Data (PS3.3 C.11.1.1.1): 0 entries mean 65536; entries of 8 bits may be packed
 * two in a word.
 * @returns undefined where the table is absent or has fewer entries than it says.
 */
export function readLookupTable(
  dataSet: DataSet,
  tags: { readonly descriptor: string; readonly data: string },
  signedInput: boolean,
): LookupTable | undefined {
  const count = unsignedOf(dataSet, tags.descriptor)
  const bits = unsignedOf(dataSet, tags.descriptor, 2)
  const signed = signedByVr(dataSet, tags.descriptor) ?? signedInput
  const first = unsignedOrSignedOf(dataSet, tags.descriptor, signed, 1)
  if (count === undefined || bits === undefined || first === undefined) return undefined
  const entries = readEntries(dataSet, tags.data, entryCount(count))
  return entries === undefined ? undefined : { first, entries, bits }
}

/** A descriptor's 16 bits can't say 65536, so it says 0. */
export function entryCount(stored: number): number {
  return stored === 0 ? 0x10000 : stored
}

/** The entry for an input value. */
export function lookUp(table: Float64Array, first: number, input: number): number {
  const index = Math.min(Math.max(Math.round(input) - first, 0), table.length - 1)
  return float64At(table, index)
}

/** Explicit syntaxes say whether a "US or SS" value is signed. */
function signedByVr(dataSet: DataSet, tag: string): boolean | undefined {
  const vr = dataSet.elements[tag]?.vr
  if (vr === 'SS') return true
  return vr === 'US' ? false : undefined
}

function readEntries(dataSet: DataSet, tag: string, count: number): Float64Array | undefined {
  const element = dataSet.elements[tag]
  if (element === undefined) return undefined
  const bytes = (dataSet.byteArray as Uint8Array).subarray(
    element.dataOffset,
    element.dataOffset + element.length,
  )
  if (bytes.length >= 2 * count) return wordsOf(dataSet, tag, count)
  // Packed bytes lie low byte first; in big endian words they come swapped.
  const swapped = dataSet.byteArrayParser.readUint16(Uint8Array.of(0, 1), 0) === 1
  return bytes.length >= count
    ? Float64Array.from({ length: count }, (_, index) => byteAt(bytes, swapped ? index ^ 1 : index))
    : undefined
}

/**
 * The first `count` numbers of 16 bits of an element, in the byte order of its file; the element has them.
 */
export function wordsOf(dataSet: DataSet, tag: string, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => dataSet.uint16(tag, index) ?? NaN)
}

/**
 * Stored values to modality units such as HU (PS3.3 C.11.1): slope · value + intercept, or the table's entry.
 */
export function applyModality(transform: ModalityTransform, storedValues: ArrayLike<number>): Float64Array {
  const convert = modalityFunction(transform)
  return Float64Array.from(storedValues, convert)
}

/** The same for one value. */
export function modalityFunction(transform: ModalityTransform): (storedValue: number) => number {
  if (transform.kind === 'linear') return (value) => transform.slope * value + transform.intercept
  return (value) => lookUp(transform.table, transform.firstStoredValue, value)
}
