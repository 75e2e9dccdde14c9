import { RadversaryError } from '../../errors.ts'
import type { Interpolation } from '../../tensor/axis-weights.ts'
import type { ImageSize } from '../../tensor/resample.ts'
import type { Fit } from '../card.ts'
import { place } from './place.ts'
import { resample } from './resample.ts'
import type { PreprocessingStep } from './step.ts'

interface Fitting {
  readonly from: ImageSize
  readonly to: ImageSize
  readonly fit: Fit
  readonly interpolation: Interpolation
}

/**
 * The steps that bring an image of one size into the model's frame:
 *
 * - `stretch`: resampled, whatever happens to the aspect ratio;
 * - `letterbox`: resampled to lie wholly inside, then padded evenly (the odd pixel below and to the right);
 * - `centre-crop`: resampled so that the shorter side is `shorterSide` (without it: just enough to cover the frame), then cropped;
 *   sizes and offsets round as torchvision's Resize and CenterCrop do;
 * - `crop`: a box of the image's own pixels, then stretched.
 *
 * Throws `model-unsupported` when the image is smaller than the box.
 */
export function fitSteps(fitting: Fitting): PreprocessingStep[] {
  const { fit, from, to } = fitting
  switch (fit.kind) {
    case 'stretch':
      return resized(fitting, to)
    case 'letterbox':
      return letterboxed(fitting, fit.padValue)
    case 'centre-crop': {
      const size = fit.shorterSide === undefined ? covering(from, to) : shorterSideTo(from, fit.shorterSide)
      const [top, left] = [halfToEven(size[0] - to[0]), halfToEven(size[1] - to[1])]
      return [...resized(fitting, size), ...placed(size, to, { top: -top, left: -left, padValue: 0 })]
    }
    case 'crop': {
      const { top, left, height, width } = fit
      if (top + height > from[0] || left + width > from[1])
        throw new RadversaryError(
          'model-unsupported',
          `Crop: expected images of at least ${top + height}x${left + width} pixels for the card's box, got ${from.join('x')}`,
        )
      const box: ImageSize = [height, width]
      return [...placed(from, box, { top: -top, left: -left, padValue: 0 }), ...resized({ ...fitting, from: box }, to)]
    }
  }
}

function letterboxed(fitting: Fitting, padValue: number): PreprocessingStep[] {
  const { from, to } = fitting
  const scale = Math.min(to[0] / from[0], to[1] / from[1])
  const size: ImageSize = [scaledSide(from[0], scale, to[0]), scaledSide(from[1], scale, to[1])]
  const [top, left] = [Math.floor((to[0] - size[0]) / 2), Math.floor((to[1] - size[1]) / 2)]
  return [...resized(fitting, size), ...placed(size, to, { top, left, padValue })]
}

function scaledSide(extent: number, scale: number, most: number): number {
  return Math.min(most, Math.max(1, Math.round(extent * scale)))
}

function covering(from: ImageSize, to: ImageSize): ImageSize {
  const scale = Math.max(to[0] / from[0], to[1] / from[1])
  return [Math.max(to[0], Math.round(from[0] * scale)), Math.max(to[1], Math.round(from[1] * scale))]
}

/** torchvision's Resize: the longer side is cut to whole pixels, not rounded. */
function shorterSideTo([rows, columns]: ImageSize, shorter: number): ImageSize {
  return rows <= columns ? [shorter, Math.floor((shorter * columns) / rows)] : [Math.floor((shorter * rows) / columns), shorter]
}

/** x/2 with halves to the even number, as Python's round() in torchvision's CenterCrop. */
function halfToEven(x: number): number {
  const half = Math.floor(x / 2)
  return x % 2 === 0 || half % 2 === 0 ? half : half + 1
}

function resized({ from, interpolation }: Fitting, to: ImageSize): PreprocessingStep[] {
  return from[0] === to[0] && from[1] === to[1] ? [] : [resample(from, to, interpolation)]
}

function placed(
  from: ImageSize,
  to: ImageSize,
  where: { readonly top: number; readonly left: number; readonly padValue: number },
): PreprocessingStep[] {
  return from[0] === to[0] && from[1] === to[1] ? [] : [place({ from, to, ...where })]
}
