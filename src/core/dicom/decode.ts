import { RadversaryError } from '../errors.ts'
import { appendByte } from '../math/bytes.ts'
import { interleave, type Words, ybrToRgb } from '../math/colour.ts'
import { type CompressedFrame, decodeCompressed, type DecodedSamples, type Decompress } from './codecs.ts'
import { nameInMessage, paletteToRgb, readPalette } from './colour.ts'
import { inflate, unreadable } from './data-set.ts'
import { decodeRle, encapsulatedFrame } from './fragments.ts'
import type { StoredFrame, StoredValues } from './image.ts'
import type { Instance } from './instance.ts'
import { nativeFrame, readWords, unpackBits, wordsOf } from './native-pixels.ts'
import { type BitLayout, type PixelFormat, pixelFormatOf } from './pixel-format.ts'
import { asSigned, refuseAmbiguousSign, toStoredValues } from './stored-values.ts'
import { describeTransferSyntax } from './transfer-syntax.ts'

/**
 * Pixel-interleaved bit patterns in words of at least BitsAllocated, before bits, signs and colours are dealt
 * with.
 */
interface RawFrame {
  readonly words: Words
  /** Where the value lies in them. */
  readonly layout: BitLayout
  /** Whether the codec has made RGB of luminance and chrominance. */
  readonly becameRgb: boolean
}

/**
 * Decodes one frame, counted from 0, to stored values. Nothing is scaled or windowed; YBR and palette colours
 * become RGB.
 * @throws RadversaryError dicom-unreadable for damaged, truncated or missing pixel data; dicom-unsupported,
 * naming it, for a transfer syntax, photometric interpretation or bit depth that isn't read.
 * @param decompress another thread's `decodeCompressed`, perhaps
 */
export async function decodeFrame(
  instance: Instance,
  frameIndex: number,
  decompress: Decompress = decodeCompressed,
): Promise<StoredFrame> {
  const format = pixelFormatOf(instance)
  if (!Number.isInteger(frameIndex) || frameIndex < 0 || frameIndex >= instance.numberOfFrames)
    throw new RadversaryError(
      'usage',
      `Frame: expected 0 to ${instance.numberOfFrames - 1}, got ${frameIndex}`,
      {
        file: instance.file,
      },
    )
  const raw = await rawFrame(instance, frameIndex, format, decompress)
  return { rows: instance.rows, columns: instance.columns, ...interpret(instance, raw, format) }
}

async function rawFrame(
  instance: Instance,
  frameIndex: number,
  format: PixelFormat,
  decompress: Decompress,
): Promise<RawFrame> {
  const { coding } = format.syntax
  if (coding === 'native') return asStored(nativeFrame(instance, frameIndex, format.wordBits), format)
  const bytes = encapsulatedFrame(instance, frameIndex)
  if (coding === 'rle') return asStored(rleFrame(instance, bytes, format), format)
  if (coding === 'deflated-frames') return asStored(deflatedFrame(instance, bytes, format), format)
  const frame = compressedFrame(instance, bytes, coding, format)
  return decompressedFrame(await decompress(frame), frame, format)
}

function asStored(words: Words, layout: BitLayout): RawFrame {
  return { words, layout, becameRgb: false }
}

function rleFrame(
  { rows, columns, file }: Instance,
  bytes: Uint8Array,
  { wordBits, samplesPerPixel }: PixelFormat,
): Words {
  const pixels = rows * columns
  if (wordBits === 1)
    return unpackBits(decodeRle(bytes, { planeBytes: Math.ceil(pixels / 8), planes: 1, file }), 0, pixels)
  const sampleBytes = wordBits / 8
  const planes = decodeRle(bytes, { planeBytes: pixels, planes: samplesPerPixel * sampleBytes, file })
  const words = wordsOf(wordBits, pixels * samplesPerPixel)
  for (let sample = 0; sample < samplesPerPixel; sample++)
    for (let byte = 0; byte < sampleBytes; byte++) {
      const plane = planes.subarray((sample * sampleBytes + byte) * pixels)
      appendByte(words, plane, { first: sample, step: samplesPerPixel, count: pixels })
    }
  return words
}

/** PS3.5 section A.4.13: each frame is a deflated stream of what a native frame would hold. */
function deflatedFrame(
  instance: Instance,
  bytes: Uint8Array,
  { wordBits, samplesPerPixel }: PixelFormat,
): Words {
  const words = instance.rows * instance.columns * samplesPerPixel
  const needed = Math.ceil((words * wordBits) / 8)
  const inflated = inflate(bytes, instance.file, needed + 1)
  if (inflated.length < needed)
    throw unreadable('Deflated frame', `${needed} bytes`, String(inflated.length), instance.file)
  if (wordBits === 1) return unpackBits(inflated, 0, words)
  const frame = readWords(inflated, 0, words, wordBits, false)
  const isPlanar = samplesPerPixel > 1 && instance.planarConfiguration === 1
  return isPlanar ? interleave(frame, wordsOf(wordBits, words), samplesPerPixel) : frame
}

function compressedFrame(
  { rows, columns, file }: Instance,
  bytes: Uint8Array,
  coding: CompressedFrame['coding'],
  { syntax, samplesPerPixel, model }: PixelFormat,
): CompressedFrame {
  const syntaxName = describeTransferSyntax(syntax)
  return { coding, syntaxName, bytes, rows, columns, samplesPerPixel, isYbr: model === 'ybr', file }
}

function decompressedFrame(
  decoded: DecodedSamples,
  { coding, syntaxName, file }: CompressedFrame,
  format: PixelFormat,
): RawFrame {
  const { wordBits } = format
  if (decoded.bitsPerSample > wordBits)
    throw unreadable(
      'Compressed frame',
      `at most ${wordBits} bits per sample`,
      String(decoded.bitsPerSample),
      file,
    )
  if (coding === 'jpeg-ls') refuseAmbiguousSign(decoded.words, format, syntaxName, file)
  return {
    words: widen(decoded, format),
    layout: layoutInStream(decoded.bitsPerSample, format),
    becameRgb: decoded.becameRgb,
  }
}

/**
 * A stream may have fewer bits than the header's words; signed samples have filled its own words, and now
 * fill those.
 */
function widen({ words, signed }: DecodedSamples, format: PixelFormat): Words {
  const { wordBits } = format
  if (wordBits === 1 || wordBits <= 8 * words.BYTES_PER_ELEMENT) return words
  const values = signed && format.signed ? asSigned(words) : words
  return wordBits === 16 ? Uint16Array.from(values) : Uint32Array.from(values)
}

/** The value is at the bottom of its word, unless the stream has the bits below it as well. */
function layoutInStream(streamBits: number, format: PixelFormat): BitLayout {
  const highBit = streamBits > format.highBit ? format.highBit : format.bitsStored - 1
  return { ...format, highBit, samples: true }
}

function interpret(
  instance: Instance,
  { words, layout, becameRgb }: RawFrame,
  format: PixelFormat,
): Omit<StoredFrame, 'rows' | 'columns'> {
  const stored = toStoredValues(words, layout)
  switch (format.model) {
    case 'monochrome':
      return {
        ...stored,
        samplesPerPixel: 1,
        photometric: instance.photometricInterpretation === 'MONOCHROME1' ? 'MONOCHROME1' : 'MONOCHROME2',
      }
    case 'palette': {
      const palette = readPalette(instance.dataSet, format.signed, instance.file)
      const values = paletteToRgb(stored.values, palette)
      return { values, bitsStored: palette.bits, signed: false, samplesPerPixel: 3, photometric: 'RGB' }
    }
    case 'ybr':
      if (!becameRgb) convertYbr(instance, stored.values, format.bitsStored)
      return { ...stored, samplesPerPixel: 3, photometric: 'RGB' }
    case 'rgb':
      return { ...stored, samplesPerPixel: 3, photometric: 'RGB' }
  }
}

/**
 * The reversible and irreversible transforms belong to JPEG 2000, whose codec undoes them; left over they
 * can't be meant.
 */
function convertYbr(
  { photometricInterpretation, file }: Instance,
  values: StoredValues,
  bitsStored: number,
): void {
  if (photometricInterpretation === 'YBR_FULL' || photometricInterpretation === 'YBR_FULL_422') {
    ybrToRgb(values, bitsStored)
    return
  }
  throw new RadversaryError(
    'dicom-unsupported',
    `Photometric interpretation ${nameInMessage(photometricInterpretation)}: expected a JPEG 2000 stream with this transform, got pixels without it`,
    { file },
  )
}
