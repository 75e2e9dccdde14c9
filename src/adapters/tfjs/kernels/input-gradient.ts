import { internalError } from '../../../core/errors.ts'
import { tf } from '../tensorflow.ts'

/** One spatial axis of a convolution: y[o] = Σ_k x[o·stride + k·dilation − before] w[k]. */
export interface ConvolvedAxis {
  /** Extents of x, w and y along the axis. */
  readonly input: number
  readonly kernel: number
  readonly output: number
  readonly stride: number
  readonly dilation: number
  /** Padding before the first element of x. */
  readonly before: number
}

/**
 * What makes a convolution a plain or a depthwise one: the stride-1 convolution of dy with a filter whose
 * taps are turned around.
 */
export type ConvolveTurned = (
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: { readonly dilations: [number, number]; readonly pad: tf.backend_util.ExplicitPadding | 'valid' },
) => tf.Tensor4D

export interface InputGradientOptions {
  readonly rows: ConvolvedAxis
  readonly columns: ConvolvedAxis
  readonly convolve: ConvolveTurned
}

/**
 * dL/dx [N, H, W, C] of a 2-D convolution from dL/dy [N, OH, OW, K] and its filter [kh, kw, …], out of
 * stride-1 convolutions, which every backend has fast kernels for. Pixels of x that are a stride apart see
 * the same taps of the filter: one convolution for each such phase, and the phases are interleaved. Strides
 * and dilations above 1 do not occur together in TensorFlow.
 */
export function convolutionInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { rows, columns, convolve }: InputGradientOptions,
): tf.Tensor4D {
  const [height, width] = [phasesOf(rows), phasesOf(columns)]
  const lines = height.phases.map((row) =>
    interleave(
      width.phases.map((column) => phaseGradient(dy, filter, { row, column, convolve })),
      2,
    ),
  )
  const whole = interleave(lines, 1)
  return cropped(whole, [height.offset, width.offset], [rows.input, columns.input])
}

interface Phase {
  /** First tap and distance of the taps that this phase sees. */
  readonly first: number
  readonly stride: number
  readonly dilation: number
  /** Padding of dy; negative takes off. */
  readonly before: number
  readonly after: number
}

interface Phases {
  readonly phases: readonly Phase[]
  /** Where x begins among the interleaved phases. */
  readonly offset: number
}

/** x[q·stride + phase − before] = Σ_t dy[q − t·dilation] w[phase + t·stride], for q from `start` on. */
function phasesOf({ input, kernel, output, stride, dilation, before }: ConvolvedAxis): Phases {
  const start = Math.floor(before / stride)
  const offset = before - start * stride
  const count = Math.ceil((input + offset) / stride)
  const phases = Array.from({ length: stride }, (_, first) => {
    const taps = Math.max(1, Math.ceil((kernel - first) / stride))
    return { first, stride, dilation, before: (taps - 1) * dilation - start, after: start + count - output }
  })
  return { phases, offset }
}

interface PhaseOptions {
  readonly row: Phase
  readonly column: Phase
  readonly convolve: ConvolveTurned
}

function phaseGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { row, column, convolve }: PhaseOptions,
): tf.Tensor4D {
  const taps = turnedTaps(filter, row, column)
  const dilations: [number, number] = [row.dilation, column.dilation]
  const pads = [row.before, row.after, column.before, column.after]
  if (pads.every((pad) => pad === 0)) return convolve(dy, taps, { dilations, pad: 'valid' })
  const part = taken(dy, row, column)
  const [top = 0, bottom = 0, left = 0, right = 0] = pads.map((pad) => Math.max(0, pad))
  return convolve(part, taps, {
    dilations,
    pad: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  })
}

/** The phase's taps in reverse; a phase without any gets one of zeros. */
function turnedTaps(filter: tf.Tensor4D, row: Phase, column: Phase): tf.Tensor4D {
  const [height, width, channels, outputs] = filter.shape
  if (row.first >= height || column.first >= width) return tf.zeros([1, 1, channels, outputs])
  const begin = [row.first, column.first, 0, 0]
  const strides = [row.stride, column.stride, 1, 1]
  const isAll = row.stride === 1 && column.stride === 1
  const taps = isAll ? filter : (tf.stridedSlice(filter, begin, filter.shape, strides) as tf.Tensor4D)
  return taps.shape[0] * taps.shape[1] === 1 ? taps : tf.reverse<tf.Tensor4D>(taps, [0, 1])
}

/** dy without what negative padding takes off. */
function taken(dy: tf.Tensor4D, row: Phase, column: Phase): tf.Tensor4D {
  const begin = [Math.max(0, -row.before), Math.max(0, -column.before)] as const
  const end = [dy.shape[1] - Math.max(0, -row.after), dy.shape[2] - Math.max(0, -column.after)] as const
  return cropped(dy, begin, [end[0] - begin[0], end[1] - begin[1]])
}

function cropped(
  x: tf.Tensor4D,
  [top, left]: readonly [number, number],
  [height, width]: readonly [number, number],
): tf.Tensor4D {
  const isWhole = top === 0 && left === 0 && height === x.shape[1] && width === x.shape[2]
  return isWhole ? x : tf.slice(x, [0, top, left, 0], [x.shape[0], height, width, x.shape[3]])
}

/** Element i·n + j of the result, along the axis, is element i of part j of n. */
function interleave(parts: readonly tf.Tensor4D[], axis: 1 | 2): tf.Tensor4D {
  const [first] = parts
  if (first === undefined) throw internalError('a convolution has no phases')
  if (parts.length === 1) return first
  const shape = first.shape.map((extent, at) => (at === axis ? extent * parts.length : extent))
  return tf.reshape(tf.stack([...parts], axis + 1), shape as [number, number, number, number])
}
