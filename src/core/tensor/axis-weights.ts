import { RadversaryError } from '../errors.ts'

/**
 * How an axis of images is resampled. All three put pixel centres at half positions (align_corners false):
 *
 * - `nearest`: Pillow's NEAREST, PyTorch's `nearest-exact`;
 * - `bilinear`: two taps, without antialiasing (PyTorch's default, OpenCV's INTER_LINEAR);
 * - `bilinear-antialiased`: a triangle as wide as the shrinking (Pillow's BILINEAR, PyTorch's
 *   `antialias=True`).
 */
export type Interpolation = 'nearest' | 'bilinear' | 'bilinear-antialiased'

/**
 * A sparse matrix [outputs, inputs] whose rows are runs: output i is Σ_k weights[offsets[i] + k] ·
 * input[starts[i] + k], for k below offsets[i + 1] − offsets[i].
 */
export interface AxisWeights {
  readonly inputs: number
  readonly outputs: number
  readonly starts: Int32Array
  readonly offsets: Int32Array
  readonly weights: Float64Array
}

interface Run {
  readonly start: number
  readonly weights: readonly number[]
}

/**
 * The weights that resample an axis of `inputs` pixels to `outputs`. Throws `tensor-invalid` for an extent
 * below 1.
 */
export function axisWeights(inputs: number, outputs: number, interpolation: Interpolation): AxisWeights {
  for (const extent of [inputs, outputs])
    if (!Number.isInteger(extent) || extent < 1)
      throw new RadversaryError(
        'tensor-invalid',
        `Resample: expected extents of at least 1 pixel, got ${inputs} to ${outputs}`,
      )
  const run = runOf[interpolation]
  return tableOf(
    inputs,
    Array.from({ length: outputs }, (_, i) => run(i, inputs, outputs)),
  )
}

/**
 * The transposed matrix. Runs stay runs, because starts and ends never decrease from one output to the next.
 */
export function transposeWeights({ inputs, outputs, starts, offsets, weights }: AxisWeights): AxisWeights {
  const runs = Array.from({ length: inputs }, () => ({ start: 0, weights: [] as number[] }))
  for (let i = 0; i < outputs; i++) {
    const begin = offsets[i] ?? 0
    for (let at = begin; at < (offsets[i + 1] ?? 0); at++) {
      const run = runs[(starts[i] ?? 0) + at - begin]
      if (run === undefined) continue
      if (run.weights.length === 0) run.start = i
      run.weights.push(weights[at] ?? 0)
    }
  }
  return tableOf(outputs, runs)
}

function tableOf(inputs: number, runs: readonly Run[]): AxisWeights {
  const offsets = new Int32Array(runs.length + 1)
  runs.forEach((run, i) => (offsets[i + 1] = (offsets[i] ?? 0) + run.weights.length))
  return {
    inputs,
    outputs: runs.length,
    starts: Int32Array.from(runs, (run) => run.start),
    offsets,
    weights: Float64Array.from(runs.flatMap((run) => run.weights)),
  }
}

const runOf = {
  nearest: nearestRun,
  bilinear: bilinearRun,
  'bilinear-antialiased': triangleRun,
} satisfies Record<Interpolation, (output: number, inputs: number, outputs: number) => Run>

function nearestRun(output: number, inputs: number, outputs: number): Run {
  // Whole numbers, so that a centre that falls on a pixel's edge never depends on rounding.
  return { start: Math.floor(((2 * output + 1) * inputs) / (2 * outputs)), weights: [1] }
}

function bilinearRun(output: number, inputs: number, outputs: number): Run {
  const position = Math.max(0, ((output + 0.5) * inputs) / outputs - 0.5)
  const start = Math.min(Math.floor(position), inputs - 1)
  const fraction = position - start
  return start + 1 < inputs ? { start, weights: [1 - fraction, fraction] } : { start, weights: [1] }
}

function triangleRun(output: number, inputs: number, outputs: number): Run {
  const scale = Math.max(1, inputs / outputs)
  const center = ((output + 0.5) * inputs) / outputs
  const start = Math.max(0, Math.floor(center - scale + 0.5))
  const end = Math.min(inputs, Math.floor(center + scale + 0.5))
  const weights = Array.from({ length: end - start }, (_, k) =>
    Math.max(0, 1 - Math.abs(start + k + 0.5 - center) / scale),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return { start, weights: weights.map((weight) => weight / sum) }
}
