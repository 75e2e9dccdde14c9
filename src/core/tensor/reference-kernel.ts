import { RadversaryError } from '../errors.ts'
import { imageBatchExtents } from './image-batch.ts'
import { tensor, type Tensor } from './tensor.ts'

const raw = [1, Math.exp(-0.5), Math.exp(-2)] as const
const total = raw[0] + raw[1] + raw[2]
const w = [raw[0] / total, raw[1] / total, raw[2] / total] as const

/**
 * The convolution of the SMIA authors' published code, to the letter: with w = (1, e^−0.5, e^−2) / sum,
 *
 *     out[o, h, v] = Σ_in Σ_k w[in] · w[o] · x[in, h + 2(k − 1), v],   k = 0, 1, 2
 *
 * zero padded. It mixes the three channels, is not symmetric, and reaches along the rows' index only, every
 * other row. Throws `tensor-invalid` unless x is [N, 3, H, W]: their kernel is defined for three channels
 * only.
 */
export function referenceKernelConvolution(x: Tensor): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Reference kernel')
  if (channels !== 3)
    throw new RadversaryError('tensor-invalid', `Reference kernel: expected 3 channels, got ${channels}`, {
      tip: "The authors' kernel mixes the three channels of an RGB image. Use the mode `paper` for other images.",
    })
  const out = tensor(x.shape)
  const plane = rows * columns
  for (let n = 0; n < count; n++) {
    const mixed = mixChannels(x.data.subarray(n * 3 * plane, (n + 1) * 3 * plane), plane)
    for (let row = 0; row < rows; row++)
      for (let v = 0; v < columns; v++) {
        const at = row * columns + v
        // Beyond the plane the mixture is undefined: the zero padding.
        const sum = (mixed[at - 2 * columns] ?? 0) + (mixed[at] ?? 0) + (mixed[at + 2 * columns] ?? 0)
        for (let o = 0; o < 3; o++) out.data[(n * 3 + o) * plane + at] = (w[o] ?? 0) * sum
      }
  }
  return out
}

/** Σ_in w[in] · x[in] of one sample [3, H, W], as one plane. */
function mixChannels(sample: Float32Array, plane: number): Float64Array {
  return Float64Array.from(
    { length: plane },
    (_, i) => w[0] * (sample[i] ?? 0) + w[1] * (sample[plane + i] ?? 0) + w[2] * (sample[2 * plane + i] ?? 0),
  )
}
