import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { type AxisWeights, tableOf } from '../math/resample.ts'

/** Names of every way to resample, as model cards spell them. */
export const interpolations = [
  'nearest',
  'nearest-pillow',
  'nearest-floor',
  'bilinear',
  'bilinear-antialiased',
  'bilinear-asymmetric',
  'bilinear-align-corners',
  'bicubic',
  'bicubic-antialiased',
  'area',
  'area-pytorch',
  'lanczos-antialiased',
] as const

/**
 * How an axis of images is resampled. Pixel centres lie at half positions unless the line says other:
 *
 * - `nearest`: PyTorch's `nearest-exact`; Pillow's NEAREST but where a centre falls on a pixel's edge;
 * - `nearest-pillow`: Pillow's NEAREST there too;
 * - `nearest-floor`: OpenCV's INTER_NEAREST, positions at pixels' corners;
 * - `bilinear`: two taps, without antialiasing (PyTorch's default, OpenCV's INTER_LINEAR, TensorFlow's
 *   ResizeBilinear with half_pixel_centers);
 * - `bilinear-asymmetric`: positions at pixels' corners (TensorFlow's ResizeBilinear without flags);
 * - `bilinear-align-corners`: first and last pixel stay (ResizeBilinear with align_corners, PyTorch's too);
 * - `bicubic`: four taps, a = −0.75, without antialiasing (OpenCV's INTER_CUBIC, PyTorch's default);
 * - `area`: OpenCV's INTER_AREA: the mean of the area covered; where an axis grows, OpenCV's own two taps;
 * - `area-pytorch`: PyTorch's `area` (adaptive average pooling): the mean of all pixels that the area
 * touches;
 * - `…-antialiased`: a triangle, cubic (a = −0.5) or Lanczos kernel of three lobes, as wide as the shrinking
 *   (Pillow's BILINEAR, BICUBIC, LANCZOS; the first two PyTorch's `antialias=True`).
 */
export type Interpolation = (typeof interpolations)[number]

/** What one axis needs to know; `area` depends on both axes (see `axisKernel`). */
export type AxisKernel = Interpolation | 'area-growing'

/** The inputs that one output takes: consecutive ones from `start`, weighted. */
export interface Run {
  readonly start: number
  readonly weights: readonly number[]
}

/** The run of output `output`, when an axis of `inputs` pixels is resampled to `outputs`. */
type RunOf = (output: number, inputs: number, outputs: number) => Run

/** The runs of every kernel. Starts and ends never decrease from one output to the next. */
export const runOf = {
  nearest: nearestRun,
  'nearest-pillow': pillowNearestRun,
  'nearest-floor': floorRun,
  bilinear: linear((output, inputs, outputs) => ((output + 0.5) * inputs) / outputs - 0.5),
  'bilinear-asymmetric': linear((output, inputs, outputs) => (output * inputs) / outputs),
  'bilinear-align-corners': linear((output, inputs, outputs) =>
    outputs === 1 ? 0 : (output * (inputs - 1)) / (outputs - 1),
  ),
  bicubic: bicubicRun,
  area: areaRun,
  'area-growing': growingAreaRun,
  'area-pytorch': touchedAreaRun,
  'bilinear-antialiased': antialiased(1, (x) => Math.max(0, 1 - Math.abs(x))),
  'bicubic-antialiased': antialiased(2, (x) => keys(x, -0.5)),
  'lanczos-antialiased': antialiased(3, (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0)),
} satisfies Record<AxisKernel, RunOf>

function nearestRun(output: number, inputs: number, outputs: number): Run {
  // Whole numbers, so that a centre that falls on a pixel's edge never depends on rounding.
  return { start: Math.floor(((2 * output + 1) * inputs) / (2 * outputs)), weights: [1] }
}

/** Pillow adds step to step: where a centre falls on a pixel's edge, the sum's rounding decides. */
function pillowNearestRun(output: number, inputs: number, outputs: number): Run {
  const step = inputs / outputs
  let position = step * 0.5
  for (let i = 0; i < output; i++) position += step
  return { start: Math.min(Math.floor(position), inputs - 1), weights: [1] }
}

/** OpenCV multiplies by the reciprocal of outputs / inputs, whose rounding may decide too. */
function floorRun(output: number, inputs: number, outputs: number): Run {
  return { start: Math.min(Math.floor(output * (1 / (outputs / inputs))), inputs - 1), weights: [1] }
}

function linear(positionOf: (output: number, inputs: number, outputs: number) => number): RunOf {
  return (output, inputs, outputs) => linearRun(positionOf(output, inputs, outputs), inputs)
}

/** Two taps around a position, given in pixel indices; beyond the ends the end itself. */
function linearRun(position: number, inputs: number): Run {
  const within = Math.max(0, position)
  const start = Math.min(Math.floor(within), inputs - 1)
  return twoTaps(start, within - start, inputs)
}

function twoTaps(start: number, fraction: number, inputs: number): Run {
  return start + 1 < inputs ? { start, weights: [1 - fraction, fraction] } : { start, weights: [1] }
}

/** Four taps; what would lie beyond an end falls to the end. */
function bicubicRun(output: number, inputs: number, outputs: number): Run {
  const position = ((output + 0.5) * inputs) / outputs - 0.5
  const first = Math.floor(position) - 1
  const inside = (index: number) => Math.min(inputs - 1, Math.max(0, index))
  const start = inside(first)
  const weights = new Array<number>(inside(first + 3) - start + 1).fill(0)
  for (let index = first; index < first + 4; index++)
    weights[inside(index) - start] = entry(weights, inside(index) - start) + keys(index - position, -0.75)
  return { start, weights }
}

/** The mean over the interval that the output covers; as OpenCV, parts below a thousandth are left out. */
function areaRun(output: number, inputs: number, outputs: number): Run {
  const scale = 1 / (outputs / inputs)
  const [from, to] = [output * scale, output * scale + scale]
  const width = Math.min(scale, inputs - from)
  const last = Math.min(Math.floor(to), inputs - 1)
  const first = Math.min(Math.ceil(from), last)
  const [before, after] = [first - from, to - last]
  const hasBefore = before > 1e-3
  const whole = new Array<number>(last - first).fill(1)
  const parts = [
    ...(hasBefore ? [before] : []),
    ...whole,
    ...(after > 1e-3 ? [Math.min(after, 1, width)] : []),
  ]
  return { start: hasBefore ? first - 1 : first, weights: parts.map((part) => part / width) }
}

/** OpenCV's INTER_AREA where an axis grows: each input covers its part of the outputs. */
function growingAreaRun(output: number, inputs: number, outputs: number): Run {
  const growth = outputs / inputs
  const start = Math.min(Math.floor(output * (1 / growth)), inputs - 1)
  // A float there, whose rounding to 1 counts as 0.
  const fraction = Math.fround(output + 1 - (start + 1) * growth)
  return twoTaps(start, fraction <= 0 ? 0 : fraction - Math.floor(fraction), inputs)
}

/** PyTorch's adaptive average pooling: pixels that are touched at all count whole. */
function touchedAreaRun(output: number, inputs: number, outputs: number): Run {
  const start = Math.floor((output * inputs) / outputs)
  const count = Math.ceil(((output + 1) * inputs) / outputs) - start
  return { start, weights: new Array<number>(count).fill(1 / count) }
}

/** Pillow's: the kernel, stretched where the axis shrinks, at the pixels' centres, normalised. */
function antialiased(support: number, kernel: (x: number) => number): RunOf {
  return (output, inputs, outputs) => {
    const scale = Math.max(1, inputs / outputs)
    const center = ((output + 0.5) * inputs) / outputs
    const start = Math.max(0, Math.floor(center - support * scale + 0.5))
    const end = Math.min(inputs, Math.floor(center + support * scale + 0.5))
    const weights = Array.from({ length: end - start }, (_, k) => kernel((start + k + 0.5 - center) / scale))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    return { start, weights: weights.map((weight) => weight / sum) }
  }
}

/** Keys' cubic convolution kernel (IEEE Trans. ASSP 29, 1981), of parameter `a`. */
function keys(x: number, a: number): number {
  const t = Math.abs(x)
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1
  return t < 2 ? a * (((t - 5) * t + 8) * t - 4) : 0
}

/** sin(πx) / (πx). */
function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

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

/** The root within the unit circle of the cubic B-spline's inverse filter (Unser, IEEE SPM 16:22, 1999). */
const pole = Math.sqrt(3) - 2
/** Beyond this distance the filter's answer is below 1e-11 of its largest. */
const reach = 19

/** What coefficients of the spline are of samples at these distances. */
const filter = Array.from(
  { length: 2 * reach + 1 },
  (_, n) => (-6 * pole * pole ** Math.abs(n - reach)) / (1 - pole ** 2),
)

/**
 * Weights of cubic spline interpolation of an axis from `inputs` voxels to `outputs` that lie between the
 * same edges, the end repeated beyond them: SciPy's `ndimage.zoom(order=3, mode="nearest", grid_mode=True)`.
 */
export function splineTable(inputs: number, outputs: number): AxisWeights {
  return tableOf(
    inputs,
    Array.from({ length: outputs }, (_, i) => splineRun(((i + 0.5) * inputs) / outputs - 0.5, inputs)),
  )
}

function splineRun(position: number, inputs: number): Run {
  const inside = (index: number) => Math.min(inputs - 1, Math.max(0, index))
  const first = Math.floor(position) - 1 - reach
  const start = inside(first)
  const weights = new Array<number>(inside(first + 3 + 2 * reach) - start + 1).fill(0)
  for (let knot = first + reach; knot < first + reach + 4; knot++) {
    const height = cubic(position - knot)
    for (const [n, part] of filter.entries()) {
      const at = inside(knot + n - reach) - start
      weights[at] = entry(weights, at) + height * part
    }
  }
  return { start, weights }
}

/** The cubic B-spline. */
function cubic(x: number): number {
  const t = Math.abs(x)
  if (t < 1) return 2 / 3 - t * t * (1 - t / 2)
  return t < 2 ? (2 - t) ** 3 / 6 : 0
}

/** Weights by which output i is the input at i · `step`, linear between inputs, the end's beyond it. */
export function linearTable(inputs: number, outputs: number, step: number): AxisWeights {
  return tableOf(
    inputs,
    Array.from({ length: outputs }, (_, i) => linearRun(i * step, inputs)),
  )
}
