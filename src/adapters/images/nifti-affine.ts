import type { NIFTI1, NIFTI2 } from 'nifti-reader-js'
import { entry } from '../../core/entry.ts'
import type { Affine } from './affine.ts'
import { unreadable } from './faults.ts'

/** What a NIfTI-1 or -2 header says of place, and the bytes that it is read from. */
export interface PlacedHeader {
  readonly header: NIFTI1 | NIFTI2
  readonly head: Uint8Array
  readonly file: string
}

/** Where fields lie in the header (nifti1.h, nifti2.h), in bytes. */
const places = {
  1: { size: 4, pixdim: 76, quatern: 256, offset: 268, sform: 280 },
  2: { size: 8, pixdim: 104, quatern: 352, offset: 376, sform: 400 },
} as const

/**
 * The affine as nibabel takes it: sform's where it has a code; else qform's; else of voxel sizes alone, about
 * the middle of the volume with the first axis to the left. Read from the header's bytes, since the library
 * takes the higher of two codes, and no qform of NIfTI-2.
 * @param extents columns, rows, slices
 * @throws RadversaryError image-unreadable for a quaternion or sizes that are none.
 */
export function niftiAffine(placed: PlacedHeader, extents: readonly number[]): Affine {
  const { sform_code, qform_code } = placed.header
  if (sform_code > 0) {
    const rows = numbersAt(placed, 'sform', 12)
    return [0, 4, 8].map((start) => rows.slice(start, start + 4))
  }
  return qform_code > 0 ? ofQuaternion(placed) : ofSizes(placed, extents)
}

function numbersAt({ header, head }: PlacedHeader, field: keyof (typeof places)[1], count: number): number[] {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const is1 = view.getInt32(0, header.littleEndian) === 348
  const { [field]: start, size } = places[is1 ? 1 : 2]
  return Array.from({ length: count }, (_, n) =>
    is1
      ? view.getFloat32(start + size * n, header.littleEndian)
      : view.getFloat64(start + size * n, header.littleEndian),
  )
}

/** How far beyond 1 the squares of b, c and d may come by rounding. */
const rounding = 1e-6

/**
 * Method 2 of nifti1.h: a rotation from b, c and d, with a from their length of 1; the last axis turned by
 * qfac.
 */
function ofQuaternion(placed: PlacedHeader): Affine {
  const [b = NaN, c = NaN, d = NaN] = numbersAt(placed, 'quatern', 3)
  const [qfac = 1, ...sizes] = numbersAt(placed, 'pixdim', 4)
  const square = 1 - b * b - c * c - d * d
  if (!(square >= -rounding) || !sizes.every((size) => size > 0))
    throw unreadable(
      'NIfTI',
      'a qform with a quaternion of length 1 and sizes above 0',
      `${b}, ${c}, ${d} and ${sizes.join(', ')}`,
      placed.file,
    )
  const a = Math.sqrt(Math.max(square, 0))
  const rotation = [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ]
  const offsets = numbersAt(placed, 'offset', 3)
  const signs = [1, 1, qfac < 0 ? -1 : 1]
  return rotation.map((row, n) => [
    ...row.map((value, axis) => value * entry(sizes, axis) * entry(signs, axis)),
    entry(offsets, n),
  ])
}

/** NIfTI leaves out the third extent of a picture that lies alone. */
const oneSlice = 1

/** Sizes of 0, which some writers leave, are 1 mm. */
function ofSizes(placed: PlacedHeader, extents: readonly number[]): Affine {
  const [, ...given] = numbersAt(placed, 'pixdim', 4)
  const sizes = given.map((size, axis) => (axis === 0 ? -1 : 1) * (Math.abs(size) || 1))
  return sizes.map((size, row) => [
    ...[0, 1, 2].map((axis) => (axis === row ? size : 0)),
    (-size * ((extents[row] ?? oneSlice) - 1)) / 2,
  ])
}
