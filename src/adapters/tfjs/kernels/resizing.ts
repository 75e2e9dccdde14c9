import { tf } from '../tensorflow.ts'

export interface ResizeAttributes {
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

/** Source pixels and their weights for one target pixel. */
type Taps = readonly (readonly [source: number, weight: number])[]

type TapsOf = (
  target: number,
  extents: { readonly input: number; readonly output: number },
  how: ResizeAttributes,
) => Taps

/** As TensorFlow.js's ResizeBilinear places its samples. */
export const bilinearTaps: TapsOf = (target, { input, output }, how) => {
  const ratio = ratioOf(input, output, how)
  const source = how.halfPixelCenters ? ratio * (target + 0.5) - 0.5 : ratio * target
  const lower = Math.max(0, Math.floor(source))
  const upper = Math.min(input - 1, Math.ceil(source))
  const share = source - Math.floor(source)
  return [[lower, 1 - share], [upper, share]] // prettier-ignore
}

/** As TensorFlow.js's ResizeNearestNeighbor. */
export const nearestTaps: TapsOf = (target, { input, output }, how) => {
  const ratio = ratioOf(input, output, how)
  const source = how.halfPixelCenters ? ratio * (target + 0.5) : ratio * target
  const rounded = how.alignCorners ? Math.round(source) : Math.floor(source)
  return [[Math.max(0, Math.min(input - 1, rounded)), 1]]
}

function ratioOf(input: number, output: number, { alignCorners }: ResizeAttributes): number {
  return alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output
}

/**
 * dL/dx [N, H, W, C] of a resize, from dL/dy [N, OH, OW, C]: the transposed interpolation along rows, then
 * along columns.
 */
export function resizeInputGradient(
  dy: tf.Tensor4D,
  [samples = 0, height = 0, width = 0, channels = 0]: readonly number[],
  taps: TapsOf,
  how: ResizeAttributes,
): tf.Tensor {
  return tf.tidy(() => {
    const [, rows, columns] = dy.shape
    const down = transposedMatrix({ input: height, output: rows }, taps, how)
    const across = transposedMatrix({ input: width, output: columns }, taps, how)
    const shrunk = tf.matMul(repeated(down, samples), tf.reshape(dy, [samples, rows, columns * channels]))
    const lines = tf.reshape(shrunk, [samples * height, columns, channels])
    return tf.reshape(tf.matMul(repeated(across, samples * height), lines), [
      samples,
      height,
      width,
      channels,
    ])
  })
}

/** [input, output]: how much each source pixel gives to each target pixel. */
function transposedMatrix(
  extents: { readonly input: number; readonly output: number },
  taps: TapsOf,
  how: ResizeAttributes,
) {
  const { input, output } = extents
  const matrix = new Float32Array(input * output)
  for (let target = 0; target < output; target++)
    for (const [source, weight] of taps(target, extents, how)) {
      const at = source * output + target
      matrix[at] = (matrix[at] ?? 0) + weight
    }
  return tf.tensor3d(matrix, [1, input, output])
}

/** WebAssembly's product wants as many matrices on both sides. */
function repeated(matrix: tf.Tensor3D, count: number): tf.Tensor3D {
  return count === 1 ? matrix : tf.tile(matrix, [count, 1, 1])
}
