import { inflateSync } from 'node:zlib'

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
export function pngChunks(bytes: Uint8Array): PngChunk[] {
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
export function pngHeader([first]: readonly PngChunk[]): PngHeader {
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
export function checkInflated(chunks: readonly PngChunk[], header: PngHeader): void {
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
export function neededBytes(chunks: readonly PngChunk[]): Uint8Array {
  const needed = chunks.filter(({ type }) => /^[A-Z]/.test(type) || type === 'tRNS')
  return Buffer.concat([Uint8Array.from(signature), ...needed.map(({ bytes }) => bytes)])
}
