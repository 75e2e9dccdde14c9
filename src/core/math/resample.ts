import { Layout, vectorsWith } from './vectors.ts'

/** A matrix along the rows' index and one along the columns'. */
export interface Axes {
  readonly rows: AxisWeights
  readonly columns: AxisWeights
}

/**
 * rows · X · columnsᵀ of the `plane`-th plane. Where rows become fewer they are combined first, else last, so
 * that the other pass has the fewer of them; what lies between is in double precision.
 */
export function resamplePlane(x: Float32Array, out: Float32Array, plane: number, axes: Axes): void {
  const pass = axes.rows.outputs > axes.rows.inputs ? columnsFirst : rowsFirst
  pass(x, out, plane, axes)
}

/** Each line stays in the processor's nearest cache until its own columns are combined. */
function rowsFirst(x: Float32Array, out: Float32Array, plane: number, { rows, columns }: Axes): void {
  const width = columns.inputs
  const ring = new LineRing(rows, width, 4)
  const { kernels, float32, float64 } = ring.vectors
  const line = float64.subarray(ring.out / 8, ring.out / 8 + width)
  for (let row = 0; row < rows.outputs; row++) {
    ring.advanceTo(row, (input, slot) => {
      const start = (plane * rows.inputs + input) * width
      float32.set(x.subarray(start, start + width), slot / 4)
    })
    kernels.combineFloat32(...ring.argumentsOf(row))
    combineColumns(line, 0, columns, out, (plane * rows.outputs + row) * columns.outputs)
  }
}

function columnsFirst(x: Float32Array, out: Float32Array, plane: number, { rows, columns }: Axes): void {
  const width = columns.outputs
  const ring = new LineRing(rows, width, 8)
  const { kernels, float32, float64 } = ring.vectors
  const line = float32.subarray(ring.out / 4, ring.out / 4 + width)
  for (let row = 0; row < rows.outputs; row++) {
    ring.advanceTo(row, (input, slot) => {
      combineColumns(x, (plane * rows.inputs + input) * columns.inputs, columns, float64, slot / 8)
    })
    kernels.combineFloat64(...ring.argumentsOf(row))
    out.set(line, (plane * rows.outputs + row) * width)
  }
}

/** The lines that an output of the vertical pass takes, each put into vectors' memory once. */
class LineRing {
  readonly vectors
  /** Where the combined line is put. */
  readonly out: number
  private readonly ring: number
  private readonly weights: number
  private readonly lines: number
  private readonly lineBytes: number
  private loaded = 0

  /** @param valueBytes of a line's values: 4 or 8 */
  constructor(
    private readonly table: AxisWeights,
    private readonly width: number,
    valueBytes: number,
  ) {
    const { outputs, offsets, weights } = table
    let longest = 1
    for (let i = 0; i < outputs; i++) longest = Math.max(longest, offsets[i + 1] - offsets[i])
    const padded = 8 * Math.ceil(width / 8)
    const layout = new Layout()
    this.lines = longest
    this.lineBytes = valueBytes * padded
    this.weights = layout.take(8 * weights.length)
    this.out = layout.take(8 * padded)
    this.ring = layout.take(longest * this.lineBytes)
    this.vectors = vectorsWith(layout.end)
    this.vectors.float64.set(weights, this.weights / 8)
  }

  /** Loads what output `row` takes and is not there yet. */
  advanceTo(row: number, load: (input: number, slot: number) => void): void {
    const { starts, offsets } = this.table
    const end = starts[row] + offsets[row + 1] - offsets[row]
    this.loaded = Math.max(this.loaded, starts[row])
    for (; this.loaded < end; this.loaded++)
      load(this.loaded, this.ring + (this.loaded % this.lines) * this.lineBytes)
  }

  argumentsOf(row: number) {
    const { starts, offsets } = this.table
    return [
      this.out,
      this.width,
      this.ring,
      this.lineBytes,
      this.lines,
      starts[row] % this.lines,
      this.weights + 8 * offsets[row],
      offsets[row + 1] - offsets[row],
    ] as const
  }
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

/** The horizontal pass of the line that begins at `start`, into `out` at `at`. */
function combineColumns(
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
