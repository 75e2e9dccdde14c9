import { onePicture, type SourceImages } from '../../core/image/source-images.ts'
import { checkPicture, decodedBy, unreadable, unsupported } from './faults.ts'
import { fromPalette, pictureOf } from './samples.ts'

/** BITMAPFILEHEADER and BITMAPINFOHEADER (Windows GDI). */
interface Header {
  readonly pixelsAt: number
  readonly paletteAt: number
  readonly colours: number
  readonly rows: number
  readonly columns: number
  readonly topDown: boolean
  readonly bits: number
}

/**
 * An uncompressed BMP of 1, 4 or 8 bits with a palette, or of 24 or 32 bits.
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readBmpImage(bytes: Uint8Array, file: string): Promise<SourceImages> {
  const header = await decodedBy('BMP', file, () => headerOf(bytes, file))
  const { rows, columns, bits } = header
  checkPicture('BMP', rows, columns, file)
  const needed = header.pixelsAt + rows * rowBytes(header)
  if (bytes.length < needed) throw unreadable('BMP', `${needed} bytes`, String(bytes.length), file)
  const size = { format: 'BMP', rows, columns }
  if (bits <= 8)
    return onePicture({ ...size, ...fromPalette(indicesOf(bytes, header), paletteOf(bytes, header)) })
  const picture = pictureOf(coloursOf(bytes, header), 3, 8)
  const notices = bits === 32 ? ['The fourth byte of each pixel was left out.'] : []
  return onePicture({ ...size, ...picture, notices })
}

function headerOf(bytes: Uint8Array, file: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const infoBytes = view.getUint32(14, true)
  const [height, bits, compression] = [
    view.getInt32(22, true),
    view.getUint16(28, true),
    view.getUint32(30, true),
  ]
  const isPlain = compression === 0 || (compression === 3 && bits === 32 && hasUsualMasks(view))
  if (infoBytes < 40 || ![1, 4, 8, 24, 32].includes(bits) || !isPlain)
    throw unsupported(
      'BMP',
      '1, 4, 8, 24 or 32 bits without compression',
      `${bits} bits, compression ${compression}`,
      {
        file,
        tip: 'Save it as PNG.',
      },
    )
  return {
    pixelsAt: view.getUint32(10, true),
    paletteAt: 14 + infoBytes,
    colours: view.getUint32(46, true) || 2 ** bits,
    rows: Math.abs(height),
    columns: view.getInt32(18, true),
    topDown: height < 0,
    bits,
  }
}

/** Blue, green and red as in pixels without masks. */
function hasUsualMasks(view: DataView): boolean {
  return [0x00ff0000, 0x0000ff00, 0x000000ff].every((mask, i) => view.getUint32(54 + 4 * i, true) === mask)
}

/** Rows are padded to whole 32-bit words. */
function rowBytes({ columns, bits }: Header): number {
  return 4 * Math.ceil((columns * bits) / 32)
}

/** Where a row begins; the last comes first in the file. */
function rowAt(header: Header, row: number): number {
  return header.pixelsAt + (header.topDown ? row : header.rows - 1 - row) * rowBytes(header)
}

function indicesOf(bytes: Uint8Array, header: Header): Uint8Array {
  const { rows, columns, bits } = header
  const indices = new Uint8Array(rows * columns)
  for (let i = 0; i < indices.length; i++) {
    const bit = (i % columns) * bits
    const byte = bytes[rowAt(header, Math.floor(i / columns)) + (bit >> 3)] ?? 0
    indices[i] = (byte >> (8 - bits - (bit & 7))) & (2 ** bits - 1)
  }
  return indices
}

/** Entries are blue, green, red and a byte that stands for nothing. */
function paletteOf(bytes: Uint8Array, { paletteAt, colours, bits }: Header): number[][] {
  return Array.from({ length: Math.min(colours, 2 ** bits) }, (_, n) =>
    [2, 1, 0].map((place) => bytes[paletteAt + 4 * n + place] ?? 0),
  )
}

function coloursOf(bytes: Uint8Array, header: Header): Uint8Array {
  const { rows, columns, bits } = header
  const colours = new Uint8Array(rows * columns * 3)
  let to = 0
  for (let row = 0; row < rows; row++)
    for (let column = 0, at = rowAt(header, row); column < columns; column++, at += bits / 8) {
      colours[to++] = bytes[at + 2] ?? 0
      colours[to++] = bytes[at + 1] ?? 0
      colours[to++] = bytes[at] ?? 0
    }
  return colours
}
