import type { Interpolation } from '../../tensor/axis-weights.ts'
import type { ImageSize } from '../../tensor/resample.ts'
import type { Fit } from '../card.ts'
import { fitPlan } from './fit-plan.ts'
import { place, type Placement } from './place.ts'
import { resample } from './resample.ts'
import type { PreprocessingStep } from './step.ts'

interface Fitting {
  readonly from: ImageSize
  readonly to: ImageSize
  readonly fit: Fit
  readonly interpolation: Interpolation
}

/**
 * The steps that bring an image of one size into the model's frame, as `fitPlan` says. Throws
 * `model-unsupported` as it does.
 */
export function fitSteps({ from, to, fit, interpolation }: Fitting): PreprocessingStep[] {
  const { box, size, at, padValue } = fitPlan(fit, from, to)
  return [
    ...placed({ from, to: box.size, top: -box.top, left: -box.left, padValue: 0 }),
    ...resized(box.size, size, interpolation),
    ...placed({ from: size, to, ...at, padValue }),
  ]
}

function resized(from: ImageSize, to: ImageSize, interpolation: Interpolation): PreprocessingStep[] {
  return isSame(from, to) ? [] : [resample(from, to, interpolation)]
}

function placed(placement: Placement): PreprocessingStep[] {
  return isSame(placement.from, placement.to) ? [] : [place(placement)]
}

function isSame(a: ImageSize, b: ImageSize): boolean {
  return a[0] === b[0] && a[1] === b[1]
}
