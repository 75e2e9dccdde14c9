import { RadversaryError } from '../../errors.ts'
import type { ImageSize } from '../../tensor/resample.ts'
import type { Fit } from '../card.ts'

/**
 * How an image of one size comes into the model's frame: a box of it is resampled to a size, and that is laid
 * into the frame.
 */
export interface FitPlan {
  readonly from: ImageSize
  /** The box, in the image's pixels. */
  readonly box: { readonly top: number; readonly left: number; readonly size: ImageSize }
  /** What the box is resampled to. */
  readonly size: ImageSize
  /** Where its top left corner comes to lie in the frame: negative crops, positive pads. */
  readonly at: { readonly top: number; readonly left: number }
  readonly to: ImageSize
  readonly padValue: number
}

/**
 * The plan of a card's fit:
 *
 * - `stretch`: resampled, whatever happens to the aspect ratio;
 * - `letterbox`: resampled to lie wholly inside, then padded evenly (the odd pixel below and to the right);
 * - `centre-crop`: resampled so that the shorter side is `shorterSide` (without it: just enough to cover the
 *   frame), then cropped;
 *   sizes and offsets round as torchvision's Resize and CenterCrop do;
 * - `crop`: a box of the image's own pixels, then stretched.
 *
 * Throws `model-unsupported` when the image is smaller than the box.
 */
export function fitPlan(fit: Fit, from: ImageSize, to: ImageSize): FitPlan {
  const whole = { from, to, box: { top: 0, left: 0, size: from }, at: { top: 0, left: 0 }, padValue: 0 }
  switch (fit.kind) {
    case 'stretch':
      return { ...whole, size: to }
    case 'letterbox': {
      const size = insideOf(from, to)
      const at = { top: Math.floor((to[0] - size[0]) / 2), left: Math.floor((to[1] - size[1]) / 2) }
      return { ...whole, size, at, padValue: fit.padValue }
    }
    case 'centre-crop': {
      const size = fit.shorterSide === undefined ? covering(from, to) : shorterSideTo(from, fit.shorterSide)
      const [top, left] = [halfToEven(size[0] - to[0]), halfToEven(size[1] - to[1])]
      return { ...whole, size, at: { top: -top, left: -left } }
    }
    case 'crop': {
      const { top, left, height, width } = fit
      if (top + height > from[0] || left + width > from[1])
        throw new RadversaryError(
          'model-unsupported',
          `Crop: expected images of at least ${top + height}x${left + width} pixels for the card's box, got ${from.join('x')}`,
        )
      return { ...whole, box: { top, left, size: [height, width] }, size: to }
    }
  }
}

function insideOf(from: ImageSize, to: ImageSize): ImageSize {
  const scale = Math.min(to[0] / from[0], to[1] / from[1])
  const side = (extent: number, most: number) => Math.min(most, Math.max(1, Math.round(extent * scale)))
  return [side(from[0], to[0]), side(from[1], to[1])]
}

function covering(from: ImageSize, to: ImageSize): ImageSize {
  const scale = Math.max(to[0] / from[0], to[1] / from[1])
  return [Math.max(to[0], Math.round(from[0] * scale)), Math.max(to[1], Math.round(from[1] * scale))]
}

/** torchvision's Resize: the longer side is cut to whole pixels, not rounded. */
function shorterSideTo([rows, columns]: ImageSize, shorter: number): ImageSize {
  return rows <= columns
    ? [shorter, Math.floor((shorter * columns) / rows)]
    : [Math.floor((shorter * rows) / columns), shorter]
}

/** x/2 with halves to the even number, as Python's round() in torchvision's CenterCrop. */
function halfToEven(x: number): number {
  const half = Math.floor(x / 2)
  return x % 2 === 0 || half % 2 === 0 ? half : half + 1
}
