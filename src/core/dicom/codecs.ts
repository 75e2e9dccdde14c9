import type { Context, NativeCodecs } from 'dcmjs-codecs'
import { RadversaryError } from '../errors.ts'
import {
  codestreamOf,
  hasEnd,
  jpeg2000Facts,
  jpegFacts,
  truncatedStream,
  withEnd,
  withoutScanPadding,
  withoutSign,
  type CodestreamFacts,
} from './codestream.ts'
import { interleave } from '../math/colour.ts'
import { unreadable } from './data-set.ts'
import type { PixelCoding } from './transfer-syntax.ts'

/** What the DICOM header says of a compressed frame. */
export interface CompressedFrame {
  readonly coding: Extract<PixelCoding, 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k'>
  /** What to call the transfer syntax in a message. */
  readonly syntaxName: string
  readonly bytes: Uint8Array
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  /** The header's photometric interpretation is one of luminance and chrominance. */
  readonly isYbr: boolean
  readonly file: string | undefined
}

/**
 * Samples as the stream has them, pixel-interleaved: bit patterns of 8 or 16 bits, signed ones extended to
 * the whole word.
 */
export interface DecodedSamples {
  readonly words: Uint8Array | Uint16Array
  /** A transform of colours was undone: the samples are RGB. */
  readonly becameRgb: boolean
  /** Bits of a sample in the stream, which may have fewer than the header says. */
  readonly bitsPerSample: number
  readonly signed: boolean
}

/** How a compressed frame becomes samples. */
export type Decompress = (frame: CompressedFrame) => Promise<DecodedSamples>

interface Codecs {
  readonly Context: typeof Context
  readonly NativeCodecs: typeof NativeCodecs
}

/**
 * The WebAssembly instance now in use, there being one at a time. After an error its state is unknown, so it
 * is made anew.
 */
let current: Promise<Codecs> | undefined

/**
 * Decodes a frame of the JPEG family: baseline, extended (8 and 12 bits), progressive, lossless; JPEG-LS;
 * JPEG 2000; HTJ2K. The stream is first checked: size and components as in the header, whole up to its end
 * marker.
 * @throws RadversaryError dicom-unreadable; dicom-unsupported for more than 16 bits, or JPEG 2000 colours of
 * more than 8.
 */
export async function decodeCompressed(asStored: CompressedFrame): Promise<DecodedSamples> {
  const isJpeg2000 = asStored.coding === 'jpeg-2000' || asStored.coding === 'htj2k'
  const bytes = isJpeg2000 ? codestreamOf(asStored.bytes, asStored.file) : asStored.bytes
  const facts = isJpeg2000 ? jpeg2000Facts(bytes, asStored.file) : jpegFacts(bytes, asStored.file)
  const frame = { ...asStored, bytes: isJpeg2000 ? bytes : withEnd(bytes) }
  checkAgainstHeader(frame, facts)
  const toRgb = codecMakesRgb(frame, facts)
  const words = await decodeStream(frame, facts, toRgb).catch((error: unknown) => {
    throw hasEnd(bytes) ? error : truncatedStream('JPEG', frame.file)
  })
  const { bitsPerSample, signed } = facts
  return { words, becameRgb: toRgb || (isJpeg2000 && facts.transformed === true), bitsPerSample, signed }
}

/** As the codec reads it; a JPEG-LS stream that it does not, once more without padding of its scan. */
async function decodeStream(frame: CompressedFrame, facts: CodestreamFacts, toRgb: boolean) {
  try {
    return runCodec(await readyCodecs(), frame, facts, toRgb)
  } catch (error) {
    const bytes = frame.coding === 'jpeg-ls' ? withoutScanPadding(frame.bytes) : undefined
    if (bytes === undefined) throw error
    return runCodec(await readyCodecs(), { ...frame, bytes }, facts, toRgb)
  }
}

/**
 * A JPEG's colours are its own matter where it declares them, else the header's. JPEG-LS and lossless JPEG
 * have no transform (PS3.5 section 8.2): their luminance and chrominance are converted like uncompressed
 * ones, unless the stream contradicts the header.
 */
function codecMakesRgb({ coding, samplesPerPixel, isYbr }: CompressedFrame, facts: CodestreamFacts): boolean {
  if (coding !== 'jpeg' || samplesPerPixel === 1 || (facts.losslessJpeg && isYbr)) return false
  return facts.transformed ?? isYbr
}

function checkAgainstHeader(frame: CompressedFrame, facts: CodestreamFacts): void {
  const expected = `${frame.columns}x${frame.rows}x${frame.samplesPerPixel}`
  const got = `${facts.columns}x${facts.rows}x${facts.components}`
  if (got !== expected) throw unreadable('Compressed frame', `${expected} as in the header`, got, frame.file)
  const most = mostBits(frame)
  if (facts.bitsPerSample <= most) return
  throw new RadversaryError(
    'dicom-unsupported',
    `${frame.syntaxName}: expected at most ${most} bits per sample of ${frame.samplesPerPixel}, got ${facts.bitsPerSample}`,
    { tip: 'Convert the file to Explicit VR Little Endian and open that.', file: frame.file },
  )
}

/** The codec gives the high bytes only of JPEG 2000 and HTJ2K colours. */
function mostBits({ coding, samplesPerPixel }: CompressedFrame): number {
  return samplesPerPixel === 3 && (coding === 'jpeg-2000' || coding === 'htj2k') ? 8 : 16
}

/**
 * Another call may have spoiled the instance while this one waited, so it is asked for again until it stays
 * the same.
 */
async function readyCodecs(): Promise<Codecs> {
  for (;;) {
    const awaited = (current ??= startCodecs())
    const codecs = await awaited
    if (awaited === current) return codecs
  }
}

/**
 * Loaded when first needed: many commands only read headers. Nothing of what the codecs have to say is
 * printed.
 */
async function startCodecs(): Promise<Codecs> {
  const { Context, NativeCodecs, log } = (await import('dcmjs-codecs')).default
  log.methodFactory =
    () =>
    (...message: unknown[]) => {
      stopAtDamage(message.join(' '))
    }
  log.setLevel('info', false)
  await NativeCodecs.initializeAsync({ logCodecsInfo: true })
  return { Context, NativeCodecs }
}

/** libjpeg goes on after damage, with a warning for every block: the error ends it at the first. */
function stopAtDamage(message: string): void {
  if (/corrupt|premature/i.test(message)) throw new Error('damaged')
}

function runCodec(
  codecs: Codecs,
  frame: CompressedFrame,
  facts: CodestreamFacts,
  toRgb: boolean,
): Uint8Array | Uint16Array {
  try {
    const context = new codecs.Context(contextOf(frame, facts))
    const decoded = codecs.NativeCodecs[decoders[frame.coding]](context, {
      convertColorspaceToRgb: toRgb,
    }).getDecodedBuffer()
    if (decoded === undefined) throw new Error('nothing')
    return asWords(decoded, frame, facts)
  } catch {
    current = undefined
    throw unreadable('Compressed frame', 'a whole stream', 'a damaged one', frame.file)
  }
}

const decoders = {
  jpeg: 'decodeJpeg',
  'jpeg-ls': 'decodeJpegLs',
  'jpeg-2000': 'decodeJpeg2000',
  htj2k: 'decodeHtJpeg2000',
} as const

/**
 * The stream's own precision, unsigned: signs and unused bits are dealt with in one place for all codings.
 */
function contextOf(frame: CompressedFrame, { bitsPerSample, signed }: CodestreamFacts) {
  return {
    width: frame.columns,
    height: frame.rows,
    bitsAllocated: bitsPerSample <= 8 ? 8 : 16,
    bitsStored: bitsPerSample,
    samplesPerPixel: frame.samplesPerPixel,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: frame.samplesPerPixel === 1 ? 'MONOCHROME2' : frame.isYbr ? 'YBR_FULL' : 'RGB',
    encodedBuffer: signed ? withoutSign(frame.bytes) : frame.bytes,
  }
}

function asWords(
  decoded: Uint8Array,
  frame: CompressedFrame,
  facts: CodestreamFacts,
): Uint8Array | Uint16Array {
  const count = frame.rows * frame.columns * frame.samplesPerPixel
  const isNarrow = facts.bitsPerSample <= 8
  const words = isNarrow
    ? decoded
    : new Uint16Array(decoded.buffer, decoded.byteOffset, decoded.byteLength >> 1)
  if (words.length !== count) throw new Error('wrong length')
  if (facts.signed) return words.map((word) => word - 2 ** (facts.bitsPerSample - 1))
  return frame.coding === 'jpeg-ls' && facts.planar
    ? interleave(words, isNarrow ? new Uint8Array(count) : new Uint16Array(count), frame.samplesPerPixel)
    : words
}
