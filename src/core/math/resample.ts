/**
 * Output `row` of the vertical pass over the plane whose rows begin at `firstRow`. Two rows are added at a
 * time: the line is then read and written half as often.
 */
export function combineRows(
  data: Float32Array | Float64Array,
  firstRow: number,
  table: AxisWeights,
  row: number,
  line: Float64Array,
): void {
  const { length } = line
  const end = table.offsets[row + 1]
  let at = table.offsets[row]
  let start = (firstRow + table.starts[row]) * length
  line.fill(0)
  for (; at + 1 < end; at += 2, start += 2 * length)
    addTwoScaled(line, table.weights[at], table.weights[at + 1], data, start)
  if (at < end) addScaled(line, table.weights[at], data, start)
}

/** line += weight · data[start …] */
export function addScaled(
  line: Float64Array,
  weight: number,
  data: Float32Array | Float64Array,
  start: number,
): void {
  for (let v = 0; v < line.length; v++) line[v] = line[v] + weight * data[start + v]
}

/** line += first · data[start …] + second · data[start + line.length …], in this order. */
function addTwoScaled(
  line: Float64Array,
  first: number,
  second: number,
  data: Float32Array | Float64Array,
  start: number,
): void {
  const next = start + line.length
  for (let v = 0; v < line.length; v++) line[v] = line[v] + first * data[start + v] + second * data[next + v]
}

/** The horizontal pass of the line that begins at `start`, into `out` at `at`. */
export function combineColumns(
  line: Float32Array | Float64Array,
  start: number,
  table: AxisWeights,
  out: Float32Array | Float64Array,
  at: number,
): void {
  const { outputs, starts, offsets, weights } = table
  for (let i = 0; i < outputs; i++) {
    const begin = offsets[i]
    const end = offsets[i + 1]
    const first = start + starts[i] - begin
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
