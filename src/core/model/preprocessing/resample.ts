import type { Interpolation } from '../../tensor/axis-weights.ts'
import { createResampler, type ImageSize } from '../../tensor/resample.ts'
import type { PreprocessingStep } from './step.ts'

/** [N, C, from] to [N, C, to] (see `createResampler`). Linear. */
export function resample(from: ImageSize, to: ImageSize, interpolation: Interpolation): PreprocessingStep {
  const resampler = createResampler(from, to, interpolation)
  return {
    name: `resample ${from.join('x')} to ${to.join('x')}, ${interpolation}`,
    apply: (x) => resampler.apply(x),
    adjoint: (cotangent) => resampler.adjoint(cotangent),
  }
}
