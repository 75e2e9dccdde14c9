import { RadversaryError } from '../../errors.ts'
import { planeOf, type Mask } from '../../image/mask.ts'
import type { SourceInstance } from './part10.ts'
import { frameCount, requiredUnsigned } from './source-values.ts'
import { tag } from './tags.ts'

/** One class that is written as a segment; numbers count from 1 in the order of the list. */
export interface Segment {
  readonly class: number
  readonly label: string
}

/** One frame of a segmentation: one segment on one frame of the source. */
export interface SegmentPlane {
  readonly segmentNumber: number
  /** Number of the source's frame, from 1. */
  readonly frameNumber: number
  /** [rows, columns] of 0 and 1. */
  readonly plane: Uint8Array
}

/**
 * A plane for every segment on every frame of the source, all of the first segment first; also where a
 * segment is nowhere, so that a reader need not guess whether a frame was looked at. Throws `tensor-invalid`
 * for masks of another number or size.
 */
export function segmentPlanes(
  source: SourceInstance,
  masks: readonly Mask[],
  segments: readonly Segment[],
): SegmentPlane[] {
  const [rows, columns] = [
    requiredUnsigned(source, tag.Rows, 'Rows'),
    requiredUnsigned(source, tag.Columns, 'Columns'),
  ]
  const count = frameCount(source)
  const misfit = masks.find((mask) => mask.rows !== rows || mask.columns !== columns)
  if (masks.length !== count || misfit !== undefined)
    throw new RadversaryError(
      'tensor-invalid',
      `Segmentation: expected ${count} masks of ${rows}x${columns}, got ${masks.length} of ${misfit?.rows ?? rows}x${misfit?.columns ?? columns}`,
    )
  return segments.flatMap(({ class: index }, segment) =>
    masks.map((mask, frame) => ({
      segmentNumber: segment + 1,
      frameNumber: frame + 1,
      plane: planeOf(mask, index),
    })),
  )
}

/**
 * Pixel Data of 1 bit a pixel, the first in the lowest bit, frames without gaps between them (PS3.5 section
 * 8.1.1).
 */
export function bitBytes(planes: readonly SegmentPlane[]): Uint8Array {
  const pixels = planes[0]?.plane.length ?? 0
  const bytes = new Uint8Array(Math.ceil((planes.length * pixels) / 8))
  planes.forEach(({ plane }, frame) => {
    plane.forEach((value, pixel) => {
      const bit = frame * pixels + pixel
      if (value === 1) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
    })
  })
  return bytes
}
