import { decode } from 'fast-png'
import { RadversaryError, reasonOf, type ErrorCode } from '../../core/errors.ts'
import { checkInflated, neededBytes, pngChunks, pngHeader } from './png-chunks.ts'

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
  const { rows, columns, depth, channels, data } = decoded(bytes, file, check)
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
  const { rows, columns, depth, channels, data, palette } = decoded(bytes, file, checkPixels, {
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

function decoded(
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
function unpacked(packed: Uint8Array, [rows, columns]: readonly [number, number], depth: number): Uint8Array {
  const rowBytes = Math.ceil((columns * depth) / 8)
  const values = new Uint8Array(rows * columns)
  for (let i = 0; i < values.length; i++) {
    const bit = (i % columns) * depth
    const byte = packed[Math.floor(i / columns) * rowBytes + (bit >> 3)] ?? 0
    values[i] = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
  }
  return values
}
