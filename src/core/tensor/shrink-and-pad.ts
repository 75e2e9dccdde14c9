import { cropped, padded } from './pad.ts'
import { createResampler } from './resample.ts'
import { tensor } from './tensor.ts'

/** Where an image is put and how small it gets. */
export interface ShrunkPlace {
  readonly shape: readonly [channels: number, rows: number, columns: number]
  /** Size of the shrunk image; at most the image's own. */
  readonly size: readonly [rows: number, columns: number]
  /** First row and column of the shrunk image in the image's grid. */
  readonly corner: readonly [row: number, column: number]
}

/** A linear map of images [C·H·W] to images of the same size, with its exact transpose. */
interface ImageMap {
  readonly apply: (x: Float32Array) => Float32Array
  readonly adjoint: (cotangent: Float32Array) => Float32Array
}

/** Shrinks an image (bilinear) and pads it with zeros to the size that it had. */
export function shrinkAndPad({ shape: [channels, rows, columns], size, corner }: ShrunkPlace): ImageMap {
  const resampler = createResampler([rows, columns], size, 'bilinear')
  const [height, width] = size
  const place = { rows, columns, height, width, corner, channels }
  return {
    apply: (x) => padded(resampler.apply(tensor([1, channels, rows, columns], x)).data, place),
    adjoint: (cotangent) =>
      resampler.adjoint(tensor([1, channels, height, width], cropped(cotangent, place))).data,
  }
}

/** A size down to `smallest` of an image's own, and a place, by numbers in (0, 1). */
export function drawnPlace(
  shape: ShrunkPlace['shape'],
  smallest: number,
  [scale, top, left]: readonly [number, number, number],
): ShrunkPlace {
  const [, rows, columns] = shape
  const fraction = smallest + (1 - smallest) * scale
  const height = Math.max(1, Math.floor(fraction * rows))
  const width = Math.max(1, Math.floor(fraction * columns))
  const corner = [Math.floor(top * (rows - height + 1)), Math.floor(left * (columns - width + 1))] as const
  return { shape, size: [height, width], corner }
}
