import { RadversaryError } from '../errors.ts'
import { imageBatchExtents } from './image-batch.ts'
import { tensor, type Tensor } from './tensor.ts'
import { mixChannels, spreadRows } from '../math/reference-kernel.ts'

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
    spreadRows(mixed, out.data.subarray(n * 3 * plane, (n + 1) * 3 * plane), columns)
  }
  return out
}
