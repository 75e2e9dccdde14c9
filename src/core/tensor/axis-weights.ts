import { RadversaryError } from '../errors.ts'
import { runOf, type AxisKernel, type Run } from './interpolation.ts'

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
