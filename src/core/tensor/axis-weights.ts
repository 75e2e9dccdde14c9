import { RadversaryError } from '../errors.ts'
import { type AxisWeights, tableOf } from '../math/resample.ts'
import { runOf, type AxisKernel } from './interpolation.ts'

/**
 * The weights that resample an axis of `inputs` pixels to `outputs`. Throws `tensor-invalid` for an extent
 * below 1.
 */
export function axisWeights(inputs: number, outputs: number, kernel: AxisKernel): AxisWeights {
  for (const extent of [inputs, outputs])
    if (!Number.isInteger(extent) || extent < 1)
      throw new RadversaryError(
        'tensor-invalid',
        `Resample: expected extents of at least 1 pixel, got ${inputs} to ${outputs}`,
      )
  const run = runOf[kernel]
  return tableOf(
    inputs,
    Array.from({ length: outputs }, (_, i) => run(i, inputs, outputs)),
  )
}
