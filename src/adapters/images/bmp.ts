import { onePicture, type SourceImages } from '../../core/image/source-images.ts'
import { byteAt, redFirst, unpackedRows } from '../../core/math/bytes.ts'
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
  return unpackedRows(bytes, [rows, columns], bits, (row) => rowAt(header, row))
}

/** Entries are blue, green, red and a byte that stands for nothing. */
function paletteOf(bytes: Uint8Array, { paletteAt, colours, bits }: Header): number[][] {
  return Array.from({ length: Math.min(colours, 2 ** bits) }, (_, n) =>
    [2, 1, 0].map((place) => byteAt(bytes, paletteAt + 4 * n + place)),
  )
}

function coloursOf(bytes: Uint8Array, header: Header): Uint8Array {
  const { rows, columns, bits } = header
  return redFirst(bytes, [rows, columns], bits / 8, (row) => rowAt(header, row))
}
