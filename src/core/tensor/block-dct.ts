import { lineTransform, type LineTransform } from '../math/dct-lines.ts'

/**
 * An orthonormal transform of images [C·H·W] by blocks, in place, each coefficient where its block's pixel
 * was; the inverse is the transpose.
 */
export interface BlockTransform {
  readonly forward: (x: Float32Array) => void
  readonly inverse: (coefficients: Float32Array) => void
}

/** [channels, rows, columns] */
export type ImageExtents = readonly [channels: number, rows: number, columns: number]

/**
 * The two-dimensional DCT-II of `block` x `block` pixels, as in JPEG (ITU-T T.81, A.3.3), orthonormal: of the
 * rows, then of the columns. Blocks at the right and lower edge are as large as what is left.
 */
export function blockDct([channels, rows, columns]: ImageExtents, block = 8): BlockTransform {
  const [acrosses, downs] = [sidesAlong(columns, block), sidesAlong(rows, block)]
  const transform = (direction: keyof LineTransform) => (x: Float32Array) => {
    for (const { start, [direction]: line } of acrosses)
      for (let row = 0; row < channels * rows; row++) line(x, row * columns + start, 1)
    for (const { start, [direction]: line } of downs)
      for (let channel = 0; channel < channels; channel++)
        for (let column = 0; column < columns; column++)
          line(x, (channel * rows + start) * columns + column, columns)
  }
  return { forward: transform('forward'), inverse: transform('inverse') }
}

/** A block's side along an axis: where it begins, and how its lines are transformed. */
interface Side extends LineTransform {
  readonly start: number
}

function sidesAlong(size: number, block: number): readonly Side[] {
  const [whole, rest] = [Math.floor(size / block), size % block]
  const ofBlock = lineTransform(block)
  const sides = Array.from({ length: whole }, (_, index): Side => ({ start: index * block, ...ofBlock }))
  return rest === 0 ? sides : [...sides, { start: size - rest, ...lineTransform(rest) }]
}
