/** Output `row` of the vertical pass over the plane whose rows begin at `firstRow`. */
export function combineRows(
  data: Float32Array,
  firstRow: number,
  table: AxisWeights,
  row: number,
  line: Float64Array,
): void {
  const begin = table.offsets[row]
  const start = firstRow + table.starts[row] - begin
  line.fill(0)
  for (let at = begin; at < table.offsets[row + 1]; at++)
    addScaled(line, table.weights[at], data, (start + at) * line.length)
}

/** line += weight · data[start …] */
export function addScaled(line: Float64Array, weight: number, data: Float32Array, start: number): void {
  for (let v = 0; v < line.length; v++) line[v] = line[v] + weight * data[start + v]
}

/** The horizontal pass of one line into `out` at `at`. */
export function combineColumns(line: Float64Array, table: AxisWeights, out: Float32Array, at: number): void {
  const { outputs, starts, offsets, weights } = table
  for (let i = 0; i < outputs; i++) {
    const begin = offsets[i]
    const end = offsets[i + 1]
    const first = starts[i] - begin
    let sum = 0
    for (let tap = begin; tap < end; tap++) sum += weights[tap] * line[first + tap]
    out[at + i] = sum
  }
}

/** One row of the matrix: where its weights begin among the inputs. */
interface Run {
  readonly start: number
  readonly weights: readonly number[]
}

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
 * The transposed matrix. Runs stay runs, because starts and ends never decrease from one output to the next.
 */
export function transposeWeights({ inputs, outputs, starts, offsets, weights }: AxisWeights): AxisWeights {
  const runs = Array.from({ length: inputs }, () => ({ start: 0, weights: [] as number[] }))
  for (let i = 0; i < outputs; i++) {
    const begin = offsets[i]
    for (let at = begin; at < offsets[i + 1]; at++) {
      const run = runs[starts[i] + at - begin]
      if (run.weights.length === 0) run.start = i
      run.weights.push(weights[at])
    }
  }
  return tableOf(outputs, runs)
}

/** The matrix of these rows. */
export function tableOf(inputs: number, runs: readonly Run[]): AxisWeights {
  const offsets = new Int32Array(runs.length + 1)
  runs.forEach((run, i) => (offsets[i + 1] = offsets[i] + run.weights.length))
  return {
    inputs,
    outputs: runs.length,
    starts: Int32Array.from(runs, (run) => run.start),
    offsets,
    weights: Float64Array.from(runs.flatMap((run) => run.weights)),
  }
}
