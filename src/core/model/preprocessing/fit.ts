import type { Interpolation } from '../../tensor/interpolation.ts'
import { createResampler, type ImageSize } from '../../tensor/resample.ts'
import { create8BitResampler, type Rounding } from '../../tensor/resample-8-bit.ts'
import type { Fit } from '../card.ts'
import type { PreprocessingStep } from './step.ts'
import { RadversaryError } from '../../errors.ts'
import { halfToEven } from '../../math/rounding.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'

interface Fitting {
  readonly from: ImageSize
  readonly to: ImageSize
  readonly fit: Fit
  readonly interpolation: Interpolation
  readonly rounding?: Rounding | undefined
}

/**
 * The steps that bring an image of one size into the model's frame, as `fitPlan` says. Throws
 * `model-unsupported` as it does.
 */
export function fitSteps({ from, to, fit, interpolation, rounding }: Fitting): PreprocessingStep[] {
  const { box, size, at, padValue } = fitPlan(fit, from, to)
  return [
    ...placed({ from, to: box.size, top: -box.top, left: -box.left, padValue: 0 }),
    ...(rounding === undefined
      ? resized(box.size, size, interpolation)
      : [resampleBytes(box.size, size, interpolation, rounding)]),
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
 * - `none`: the image itself is the frame, whatever its size;
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
    case 'none':
      return { ...whole, size: from, to: from }
    case 'stretch':
      return { ...whole, size: to }
    case 'letterbox': {
      const size = insideOf(from, to)
      const at = { top: Math.floor((to[0] - size[0]) / 2), left: Math.floor((to[1] - size[1]) / 2) }
      return { ...whole, size, at, padValue: fit.padValue }
    }
    case 'centre-crop': {
      const size = fit.shorterSide === undefined ? covering(from, to) : shorterSideTo(from, fit.shorterSide)
      const [top, left] = [halfToEven((size[0] - to[0]) / 2), halfToEven((size[1] - to[1]) / 2)]
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

/** [N, C, from] to [N, C, to] (see `createResampler`). Linear. */
export function resample(from: ImageSize, to: ImageSize, interpolation: Interpolation): PreprocessingStep {
  const resampler = createResampler(from, to, interpolation)
  return {
    name: `resample ${from.join('x')} to ${to.join('x')}, ${interpolation}`,
    apply: (x) => resampler.apply(x),
    adjoint: (cotangent) => resampler.adjoint(cotangent),
  }
}

/** The same on values in [0, 1] held as bytes (see `create8BitResampler`). */
function resampleBytes(
  from: ImageSize,
  to: ImageSize,
  interpolation: Interpolation,
  rounding: Rounding,
): PreprocessingStep {
  return {
    name: `resample ${from.join('x')} to ${to.join('x')}, ${interpolation}, in 8 bits`,
    ...create8BitResampler(from, to, interpolation, rounding),
  }
}
