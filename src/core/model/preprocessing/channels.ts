import { RadversaryError } from '../../errors.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { PreprocessingStep } from './step.ts'

/** ITU-R BT.601 luma, as Pillow's and OpenCV's conversions to grey. */
const luminance = [0.299, 0.587, 0.114]

/**
 * [N, from, H, W] to [N, to, H, W]: grey to copies of it, RGB to luminance, or no step at all when the counts
 * agree. Linear. Throws `model-unsupported` for RGB to any other count.
 */
export function channels(from: number, to: number): PreprocessingStep[] {
  if (from === to) return []
  if (from === 1)
    return [
      mix(
        `grey to ${to} copies`,
        Array.from({ length: to }, () => [1]),
      ),
    ]
  if (from === 3 && to === 1) return [mix('RGB to luminance', [luminance])]
  throw new RadversaryError(
    'model-unsupported',
    `Channels: expected a model of 1 or ${from} channels for images of ${from}, got ${to}`,
  )
}

/** weights[to][from], the same at every pixel. */
function mix(name: string, weights: readonly (readonly number[])[]): PreprocessingStep {
  const transposed = (weights[0] ?? []).map((_, from) => weights.map((row) => row[from] ?? 0))
  return { name, apply: (x) => mixed(x, weights), adjoint: (cotangent) => mixed(cotangent, transposed) }
}

function mixed(x: Tensor, weights: readonly (readonly number[])[]): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Channels')
  const inputs = weights[0]?.length ?? 0
  if (channels !== inputs)
    throw new RadversaryError('tensor-invalid', `Channels: expected ${inputs} channels, got ${channels}`)
  const out = tensor([count, weights.length, rows, columns])
  const plane = ({ data }: Tensor, index: number) =>
    data.subarray(index * rows * columns, (index + 1) * rows * columns)
  for (let n = 0; n < count; n++)
    weights.forEach((row, to) => {
      const sum = plane(out, n * weights.length + to)
      for (const [from, weight] of row.entries()) addScaled(sum, weight, plane(x, n * inputs + from))
    })
  return out
}

function addScaled(sum: Float32Array, weight: number, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (values[i] ?? 0)
}
