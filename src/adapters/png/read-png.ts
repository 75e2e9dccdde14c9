import { decode } from 'fast-png'
import { RadversaryError, reasonOf } from '../../core/errors.ts'
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

function decoded(bytes: Uint8Array, file: string, check: Parameters<typeof readPng>[2]) {
  try {
    const chunks = pngChunks(bytes)
    const header = pngHeader(chunks)
    check(header)
    checkInflated(chunks, header)
    const { width: columns, height: rows, ...rest } = decode(neededBytes(chunks), { checkCrc: true })
    return { ...rest, rows, columns }
  } catch (cause) {
    if (cause instanceof RadversaryError) throw cause
    throw new RadversaryError('labels-invalid', `PNG: expected a sound image, got: ${reasonOf(cause)}`, {
      file,
      tip: 'Save the mask as PNG again.',
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
