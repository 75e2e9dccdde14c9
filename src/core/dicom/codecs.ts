import type { Context, NativeCodecs } from 'dcmjs-codecs'
import { RadversaryError } from '../errors.ts'
import { jpeg2000Facts, jpegFacts, type CodestreamFacts } from './codestream.ts'
import { unreadable } from './data-set.ts'
import type { PixelCoding } from './transfer-syntax.ts'

/** What the DICOM header says of a compressed frame. */
export interface CompressedFrame {
  readonly coding: Extract<PixelCoding, 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k'>
  readonly bytes: Uint8Array
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  /** The header's photometric interpretation is one of luminance and chrominance. */
  readonly isYbr: boolean
  readonly file: string | undefined
}

/** Samples as a codec gives them: pixel-interleaved, bit patterns of 8 or 16 bits. */
export interface DecodedSamples {
  readonly words: Uint8Array | Uint16Array
  /** A transform of colours was undone: the samples are RGB. */
  readonly becameRgb: boolean
  readonly bitsPerSample: number
}

interface Codecs {
  readonly Context: typeof Context
  readonly NativeCodecs: typeof NativeCodecs
}

/** The WebAssembly instance now in use, there being one at a time. After an error its state is unknown, so it is made anew. */
let current: Promise<Codecs> | undefined

/** What the codecs had to say about the frame in work; nothing of theirs is printed. */
let complaints: string[] = []

/**
 * Decodes a frame of the JPEG family: baseline, extended (8 and 12 bits), progressive, lossless; JPEG-LS; JPEG 2000; HTJ2K.
 * The stream is first checked: size and components as in the header, whole up to its end marker.
 * @throws RadversaryError dicom-unreadable; dicom-unsupported for more than 16 bits.
 */
export async function decodeCompressed(frame: CompressedFrame): Promise<DecodedSamples> {
  const isJpeg2000 = frame.coding === 'jpeg-2000' || frame.coding === 'htj2k'
  const facts = isJpeg2000 ? jpeg2000Facts(frame.bytes, frame.file) : jpegFacts(frame.bytes, frame.file)
  checkAgainstHeader(frame, facts)
  const codecs = await readyCodecs()
  // A JPEG's colours are its own matter where it declares them; JPEG-LS and lossless JPEG have no transform (PS3.5 section 8.2).
  const toRgb = frame.coding === 'jpeg' && frame.samplesPerPixel === 3 && (facts.transformed ?? frame.isYbr)
  const words = runCodec(codecs, frame, facts, toRgb)
  return { words, becameRgb: toRgb || (isJpeg2000 && facts.transformed === true), bitsPerSample: facts.bitsPerSample }
}

function checkAgainstHeader(frame: CompressedFrame, facts: CodestreamFacts): void {
  const expected = `${frame.columns}x${frame.rows}x${frame.samplesPerPixel}`
  const got = `${facts.columns}x${facts.rows}x${facts.components}`
  if (got !== expected) throw unreadable('Compressed frame', `${expected} as in the header`, got, frame.file)
  if (facts.bitsPerSample <= 16) return
  throw new RadversaryError(
    'dicom-unsupported',
    `Compressed frame: expected at most 16 bits per sample, got ${facts.bitsPerSample}`,
    {
      file: frame.file,
    },
  )
}

/** Another call may have spoiled the instance while this one waited, so it is asked for again until it stays the same. */
async function readyCodecs(): Promise<Codecs> {
  for (;;) {
    const awaited = (current ??= startCodecs())
    const codecs = await awaited
    if (awaited === current) return codecs
  }
}

/** Loaded when first needed: many commands only read headers. */
async function startCodecs(): Promise<Codecs> {
  const { Context, NativeCodecs, log } = (await import('dcmjs-codecs')).default
  log.methodFactory =
    () =>
    (...message: unknown[]) => {
      complaints.push(message.join(' '))
    }
  log.setLevel('info', false)
  await NativeCodecs.initializeAsync({ logCodecsInfo: true })
  return { Context, NativeCodecs }
}

function runCodec(codecs: Codecs, frame: CompressedFrame, facts: CodestreamFacts, toRgb: boolean): Uint8Array | Uint16Array {
  complaints = []
  try {
    const context = new codecs.Context(contextOf(frame, facts))
    const decoded = codecs.NativeCodecs[decoders[frame.coding]](context, { convertColorspaceToRgb: toRgb }).getDecodedBuffer()
    if (decoded === undefined || isDamaged(complaints)) throw new Error('damaged')
    return asWords(decoded, frame, facts)
  } catch {
    current = undefined
    throw unreadable('Compressed frame', 'a whole stream', 'a damaged one', frame.file)
  }
}

/** libjpeg goes on after damage, with a warning. */
function isDamaged(messages: readonly string[]): boolean {
  return messages.some((message) => /corrupt|premature/i.test(message))
}

const decoders = {
  jpeg: 'decodeJpeg',
  'jpeg-ls': 'decodeJpegLs',
  'jpeg-2000': 'decodeJpeg2000',
  htj2k: 'decodeHtJpeg2000',
} as const

/** The stream's own precision, unsigned: signs and unused bits are dealt with in one place for all codings. */
function contextOf(frame: CompressedFrame, { bitsPerSample }: CodestreamFacts) {
  return {
    width: frame.columns,
    height: frame.rows,
    bitsAllocated: bitsPerSample <= 8 ? 8 : 16,
    bitsStored: bitsPerSample,
    samplesPerPixel: frame.samplesPerPixel,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: frame.samplesPerPixel === 1 ? 'MONOCHROME2' : frame.isYbr ? 'YBR_FULL' : 'RGB',
    encodedBuffer: frame.bytes,
  }
}

function asWords(decoded: Uint8Array, frame: CompressedFrame, { bitsPerSample }: CodestreamFacts): Uint8Array | Uint16Array {
  const count = frame.rows * frame.columns * frame.samplesPerPixel
  const words = bitsPerSample <= 8 ? decoded : new Uint16Array(decoded.buffer, decoded.byteOffset, decoded.byteLength >> 1)
  if (words.length !== count) throw new Error('wrong length')
  return words
}
