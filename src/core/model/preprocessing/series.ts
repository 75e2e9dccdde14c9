import { RadversaryError } from '../../errors.ts'
import { extents4, tensor, type Shape, type Tensor } from '../../tensor/tensor.ts'
import type { PreprocessingStep } from './step.ts'

/**
 * Slices [C·S, 1, H, W] of C series, one series after the other, as [S, C, H, W]: slices of one place become
 * the channels of one image. A permutation. Throws `model-unsupported` for slices that are no C whole series.
 */
export function seriesAsChannels(series: number): PreprocessingStep {
  return {
    name: `${series} series as channels`,
    apply: (x) => {
      const [images, channels, rows, columns] = extents4(x.shape, 'Series')
      if (images % series !== 0 || channels !== 1)
        throw new RadversaryError(
          'model-unsupported',
          `Series: expected as many grey slices of each of ${series} series, got [${x.shape.join(', ')}]`,
        )
      return transposed(x, [series, images / series], [images / series, series, rows, columns])
    },
    adjoint: (cotangent) => {
      const [slices, , rows, columns] = extents4(cotangent.shape, 'Series')
      return transposed(cotangent, [slices, series], [slices * series, 1, rows, columns])
    },
  }
}

/** Planes of [a, b] in the order of [b, a]. */
function transposed({ data }: Tensor, [a, b]: readonly [number, number], shape: Shape): Tensor {
  const moved = tensor(shape)
  const plane = data.length / (a * b)
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++) {
      const from = (i * b + j) * plane
      moved.data.set(data.subarray(from, from + plane), (j * a + i) * plane)
    }
  return moved
}
