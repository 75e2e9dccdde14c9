import { RadversaryError } from '../../errors.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import type { ImageSize } from '../../tensor/resample.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { PreprocessingStep } from './step.ts'

/** Where the top left corner of the image comes to lie in the frame: negative crops, positive pads. */
export interface Placement {
  readonly from: ImageSize
  readonly to: ImageSize
  readonly top: number
  readonly left: number
  /** What surrounds the image, in relative intensity. */
  readonly padValue: number
}

/** Cropping and padding: [N, C, from] to [N, C, to]. Affine; linear but for the pad value. */
export function place(placement: Placement): PreprocessingStep {
  const { from, to, top, left } = placement
  return {
    name: `place ${from.join('x')} in ${to.join('x')} at ${top}, ${left}`,
    apply: (x) => moved(x, placement),
    adjoint: (cotangent) => moved(cotangent, { from: to, to: from, top: -top, left: -left, padValue: 0 }),
  }
}

function moved(x: Tensor, { from, to, top, left, padValue }: Placement): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Place')
  if (rows !== from[0] || columns !== from[1])
    throw new RadversaryError(
      'tensor-invalid',
      `Place: expected images of ${from.join('x')}, got ${rows}x${columns}`,
    )
  const out = tensor([count, channels, ...to])
  if (padValue !== 0) out.data.fill(padValue)
  const firstColumn = Math.max(0, -left)
  const lastColumn = Math.min(columns, to[1] - left)
  for (let plane = 0; plane < count * channels; plane++)
    for (let row = Math.max(0, -top); row < Math.min(rows, to[0] - top); row++) {
      const source = (plane * rows + row) * columns
      const target = (plane * to[0] + row + top) * to[1] + left
      out.data.set(x.data.subarray(source + firstColumn, source + lastColumn), target + firstColumn)
    }
  return out
}
