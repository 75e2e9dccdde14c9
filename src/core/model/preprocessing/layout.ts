import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { PreprocessingStep } from './step.ts'

/** [N, C, H, W] to [N, H, W, C], as TensorFlow's models take it. Linear. */
export const channelsLast: PreprocessingStep = {
  name: 'NCHW to NHWC',
  apply: (x) => {
    const { count, channels, rows, columns } = imageBatchExtents(x, 'Layout')
    return tensor([count, rows, columns, channels], transposed(x, channels, rows * columns))
  },
  adjoint: (cotangent) => {
    const [count = 0, rows = 0, columns = 0, channels = 0] = cotangent.shape
    return tensor([count, channels, rows, columns], transposed(cotangent, rows * columns, channels))
  },
}

/** Matrices [outer, inner] to [inner, outer], one after the other. */
function transposed({ data }: Tensor, outer: number, inner: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let base = 0; base < data.length; base += outer * inner)
    for (let i = 0; i < outer; i++)
      for (let j = 0; j < inner; j++) out[base + j * outer + i] = data[base + i * inner + j] ?? 0
  return out
}
