import { bitAt, swappedPairs } from '../math/bytes.ts'
import { expand422, interleave, type Words } from '../math/colour.ts'
import { unreadable } from './data-set.ts'
import type { Instance, InstanceHeader } from './instance.ts'
import type { WordBits } from './pixel-format.ts'
import { explicitBigEndian } from './transfer-syntax.ts'

/**
 * One frame of uncompressed pixel data (PS3.5 section 8.1), pixel-interleaved, as bit patterns in an array of
 * their own. Pixel Data must hold every frame and lie in the file whole.
 * @throws RadversaryError dicom-unreadable.
 */
export function nativeFrame(instance: Instance, frameIndex: number, wordBits: WordBits): Words {
  const words = wordsPerFrame(instance)
  const value = pixelDataValue(instance, nativeLength(instance, wordBits))
  if (wordBits === 1) return unpackBits(value, frameIndex * words, words)
  const frame = readWords(value, frameIndex * words, words, wordBits, isBigEndian(instance))
  if (is422(instance))
    return expand422(frame, wordsOf(wordBits, 3 * instance.rows * instance.columns), instance.columns)
  const isPlanar = instance.samplesPerPixel > 1 && instance.planarConfiguration === 1
  return isPlanar ? interleave(frame, wordsOf(wordBits, words), instance.samplesPerPixel) : frame
}

/** Bytes that the uncompressed pixels of all frames take, without a padding byte. */
export function nativeLength(instance: InstanceHeader, wordBits: WordBits): number {
  return Math.ceil((wordsPerFrame(instance) * instance.numberOfFrames * wordBits) / 8)
}

/**
 * Two pixels of YBR_FULL_422 share their chrominance. DICOM wants even columns for it (PS3.3 C.7.6.3.1.2);
 * where they are odd, writers end each row with half a pair.
 */
function wordsPerFrame(instance: InstanceHeader): number {
  const { rows, columns, samplesPerPixel } = instance
  return is422(instance) ? rows * Math.ceil(columns / 2) * 4 : rows * columns * samplesPerPixel
}

function is422({ photometricInterpretation }: InstanceHeader): boolean {
  return photometricInterpretation === 'YBR_FULL_422'
}

/** Bits, lowest first, without padding between frames (PS3.5 section 8.1.1, note on Bits Allocated 1). */
export function unpackBits(packed: Uint8Array, first: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => bitAt(packed, first + index))
}

/** Zeroed words. */
export function wordsOf(wordBits: Exclude<WordBits, 1>, count: number): Words {
  if (wordBits === 8) return new Uint8Array(count)
  return wordBits === 16 ? new Uint16Array(count) : new Uint32Array(count)
}

/** `count` words from word `first` on, from bytes of any alignment and order. */
export function readWords(
  bytes: Uint8Array,
  first: number,
  count: number,
  wordBits: Exclude<WordBits, 1>,
  bigEndian: boolean,
): Words {
  const wordBytes = wordBits / 8
  const words = wordsOf(wordBits, count)
  const target = new Uint8Array(words.buffer)
  target.set(bytes.subarray(first * wordBytes, (first + count) * wordBytes))
  if (bigEndian && wordBytes > 1)
    for (let at = 0; at < target.length; at += wordBytes) target.subarray(at, at + wordBytes).reverse()
  return words
}

function pixelDataValue(instance: Instance, neededBytes: number): Uint8Array {
  const { bytes, pixelData, file } = instance
  if (pixelData === undefined) throw unreadable('Pixel Data', `${neededBytes} bytes`, 'none', file)
  if (pixelData.length === 0xffffffff)
    throw unreadable('Pixel Data', 'a defined length in an uncompressed image', 'fragments', file)
  const value = bytes.subarray(pixelData.dataOffset, pixelData.dataOffset + pixelData.length)
  if (value.length < pixelData.length)
    throw unreadable(
      'Pixel Data',
      `${pixelData.length} bytes`,
      `${value.length}: the file is truncated`,
      file,
    )
  if (value.length < neededBytes)
    throw unreadable('Pixel Data', `${neededBytes} bytes`, String(value.length), file)
  // Bytes in words of the other order are swapped in pairs (PS3.5 section 8.1.1); which they are, only the VR
  // says.
  return isBigEndian(instance) && instance.bitsAllocated <= 8 && pixelData.vr === 'OW'
    ? swappedPairs(value)
    : value
}

function isBigEndian({ transferSyntaxUid }: Instance): boolean {
  return transferSyntaxUid === explicitBigEndian
}
