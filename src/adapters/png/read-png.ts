import { inflateSync } from 'node:zlib'
import { decode } from 'fast-png'
import { type ErrorCode, RadversaryError, reasonOf } from '../../core/errors.ts'
import { unpackedRows } from '../../core/math/bytes.ts'

/** A chunk of a PNG (PNG specification, section 5.3). */
interface PngChunk {
  readonly type: string
  readonly data: Uint8Array
  /** With length, type and CRC. */
  readonly bytes: Uint8Array
}

/** What IHDR says (section 11.2.1). */
interface PngHeader {
  readonly rows: number
  readonly columns: number
  readonly bitsPerPixel: number
  readonly interlaced: boolean
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** Length, type and CRC. */
const framing = 12

/** All chunks, the last one cut where the file is. Throws where there is none, or no signature. */
function pngChunks(bytes: Uint8Array): PngChunk[] {
  if (signature.some((value, i) => bytes[i] !== value)) throw new Error('no PNG signature')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: PngChunk[] = []
  for (let at = signature.length; at + framing <= bytes.length;) {
    const end = at + framing + view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), bytes: bytes.subarray(at, end) })
    at = end
  }
  return chunks
}

/** Samples a pixel, by colour type. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Throws where there is none. */
function pngHeader([first]: readonly PngChunk[]): PngHeader {
  if (first?.type !== 'IHDR' || first.data.length !== 13) throw new Error('no header (IHDR)')
  const view = new DataView(first.data.buffer, first.data.byteOffset, first.data.byteLength)
  const ofColour = samples[view.getUint8(9)]
  if (ofColour === undefined) throw new Error(`colour type ${view.getUint8(9)}`)
  return {
    columns: view.getUint32(0),
    rows: view.getUint32(4),
    bitsPerPixel: view.getUint8(8) * ofColour,
    interlaced: view.getUint8(12) !== 0,
  }
}

/** Throws where the pixels inflate to more than the header says, without inflating the rest. */
function checkInflated(chunks: readonly PngChunk[], header: PngHeader): void {
  const most = mostBytes(header)
  const data = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data))
  try {
    inflateSync(data, { maxOutputLength: most })
  } catch (cause) {
    if (!isTooLarge(cause)) throw cause
    const size = `${header.columns} x ${header.rows} pixels`
    throw new Error(`${size} that inflate to more than ${most} bytes`, { cause })
  }
}

/** Every row begins with a byte of its own, of each of the seven passes where it is interlaced. */
function mostBytes({ rows, columns, bitsPerPixel, interlaced }: PngHeader): number {
  const passes = interlaced ? 7 : 1
  return rows * (Math.ceil((columns * bitsPerPixel) / 8) + passes * 2 - 1)
}

function isTooLarge(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
}

/** The file without what a decoder may leave out (lower-case chunks): texts and profiles inflate, too. */
function neededBytes(chunks: readonly PngChunk[]): Uint8Array {
  const needed = chunks.filter(({ type }) => /^[A-Z]/.test(type) || type === 'tRNS')
  return Buffer.concat([Uint8Array.from(signature), ...needed.map(({ bytes }) => bytes)])
}

/** An image of one number a pixel: greys, or a palette's indices. */
export interface PngValues {
  readonly rows: number
  readonly columns: number
  /** [rows, columns], as they are stored. */
  readonly values: Uint8Array | Uint16Array
}

/**
 * Throws `labels-invalid` for what is no PNG, is damaged, or has colours or transparency.
 * @param check hears the size that the file claims, before memory for it is taken, and may throw
 */
export function readPng(
  bytes: Uint8Array,
  file: string,
  check: (claimed: Pick<PngValues, 'rows' | 'columns'>) => void,
): PngValues {
  const { rows, columns, depth, channels, data } = decodedPng(bytes, file, check)
  if (channels !== 1)
    throw new RadversaryError(
      'labels-invalid',
      `PNG: expected greys or a palette, got ${channels} channels`,
      {
        file,
        tip: 'Save the mask as 8-bit grey values or palette indices that are class indices, without transparency.',
      },
    )
  return {
    rows,
    columns,
    values: depth < 8 ? unpacked(data as Uint8Array, [rows, columns], depth) : (data as Uint8Array),
  }
}

/** An image of greys or colours of 8 or 16 bits. */
export interface PngImage extends PngValues {
  /** [rows, columns, samples] */
  readonly samples: 1 | 3
  readonly depth: 8 | 16
}

/** Most pixels of an image that is taken for one; larger ones fill the memory before anybody sees them. */
const mostPixels = 100_000_000

/** Throws `tensor-invalid` for what is no PNG, is damaged, or has a palette, transparency or other bits. */
export function readPngImage(bytes: Uint8Array, file: string): PngImage {
  const { rows, columns, depth, channels, data, palette } = decodedPng(bytes, file, checkPixels, {
    code: 'tensor-invalid',
    tip: 'Save the image as PNG again.',
  })
  if ((channels === 1 || channels === 3) && (depth === 8 || depth === 16) && palette === undefined)
    return { rows, columns, values: data as Uint8Array | Uint16Array, samples: channels, depth }
  const got = palette === undefined ? `${channels} channels of ${depth} bits` : 'a palette'
  throw new RadversaryError('tensor-invalid', `PNG: expected greys or RGB of 8 or 16 bits, got ${got}`, {
    file,
    tip: 'Save the image without palette and transparency.',
  })
}

function checkPixels({ rows, columns }: Pick<PngValues, 'rows' | 'columns'>): void {
  if (rows * columns > mostPixels) throw new Error(`${rows}x${columns} pixels`)
}

const ofMasks = { code: 'labels-invalid', tip: 'Save the mask as PNG again.' } as const

/**
 * Decodes a PNG of any kind; a palette's indices stay what they are. Throws `code` for what is none or
 * damaged.
 */
export function decodedPng(
  bytes: Uint8Array,
  file: string,
  check: Parameters<typeof readPng>[2],
  { code, tip }: { readonly code: ErrorCode; readonly tip: string } = ofMasks,
) {
  try {
    const chunks = pngChunks(bytes)
    const header = pngHeader(chunks)
    check(header)
    checkInflated(chunks, header)
    const { width: columns, height: rows, ...rest } = decode(neededBytes(chunks), { checkCrc: true })
    return { ...rest, rows, columns }
  } catch (cause) {
    if (cause instanceof RadversaryError) throw cause
    throw new RadversaryError(code, `PNG: expected a sound image, got: ${reasonOf(cause)}`, {
      file,
      tip,
      cause,
    })
  }
}

/**
 * Unpacks samples of 1, 2 or 4 bits; every row begins with a byte of its own (PNG specification, section
 * 7.2).
 */
export function unpacked(
  packed: Uint8Array,
  [rows, columns]: readonly [number, number],
  depth: number,
): Uint8Array {
  const rowBytes = Math.ceil((columns * depth) / 8)
  return unpackedRows(packed, [rows, columns], depth, (row) => row * rowBytes)
}
