import { cropped, padded } from './pad.ts'
import { createResampler, type Resampler } from './resample.ts'
import { tensor } from './tensor.ts'

/** Where an image is put and how small it gets. */
export interface DiverseInput {
  readonly shape: readonly [channels: number, rows: number, columns: number]
  /** Size of the shrunk image; at most the image's own. */
  readonly size: readonly [rows: number, columns: number]
  /** First row and column of the shrunk image in the image's grid. */
  readonly corner: readonly [row: number, column: number]
}

/** A linear map of images [C·H·W] to images of the same size, with its exact transpose. */
export interface Diversity {
  readonly apply: (x: Float32Array) => Float32Array
  readonly adjoint: (cotangent: Float32Array) => Float32Array
}

/**
 * Shrinks (bilinear) and pads with zeros: Xie et al., CVPR 2019 (arXiv 1803.06978). They enlarge the input
 * and pad it to a larger one; an image's own grid cannot grow, so here it shrinks by as much and is padded
 * back.
 */
export function diverseInput({ shape: [channels, rows, columns], size, corner }: DiverseInput): Diversity {
  const resampler: Resampler = createResampler([rows, columns], size, 'bilinear')
  const [height, width] = size
  const place = { rows, columns, height, width, corner, channels }
  return {
    apply: (x) => padded(resampler.apply(tensor([1, channels, rows, columns], x)).data, place),
    adjoint: (cotangent) =>
      resampler.adjoint(tensor([1, channels, height, width], cropped(cotangent, place))).data,
  }
}
