import { encode } from 'fast-png'
import { entry } from '../../core/entry.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import { extents4 } from '../../core/tensor/tensor.ts'

/** Pictures of one case, as PNG. */
export interface CasePictures {
  readonly original: Uint8Array
  readonly adversarial: Uint8Array
  readonly perturbation: Uint8Array
}

/** Longest side of a picture, pixels. */
const longest = 256

/** Okabe and Ito's blue below 0 and vermilion above it, as in `.bar` of the report's style. */
const below = [0, 114, 178] as const
const above = [213, 94, 0] as const

/**
 * An image before and after, in the window that the model sees, and their difference: white where nothing
 * changed, full colour at the budget. Larger images are reduced: pictures to the mean of each block, the
 * perturbation to its largest change. @param images [1, C, H, W], relative @param epsilon relative
 */
export function casePictures(
  { original, adversarial }: { readonly original: Tensor; readonly adversarial: Tensor },
  epsilon: number,
): CasePictures {
  const change = original.data.map((value, i) => entry(adversarial.data, i) - value)
  return {
    original: greyPng(original),
    adversarial: greyPng(adversarial),
    perturbation: changePng({ ...original, data: change }, epsilon),
  }
}

type Pool = (values: readonly number[]) => number

const mean: Pool = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const largest: Pool = (values) => values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)

/** One plane of blocks; channels are pooled with their pixels. */
function reduced(image: Tensor, pool: Pool) {
  const [, channels, rows, columns] = extents4(image.shape)
  const factor = Math.max(1, Math.ceil(Math.max(rows, columns) / longest))
  const [height, width] = [Math.floor(rows / factor), Math.floor(columns / factor)]
  const values = Float64Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width) * factor, (at % width) * factor]
    const block: number[] = []
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < factor; i++)
        for (let j = 0; j < factor; j++) block.push(entry(image.data, (c * rows + y + i) * columns + x + j))
    return pool(block)
  })
  return { width, height, values }
}

function greyPng(image: Tensor): Uint8Array {
  const { width, height, values } = reduced(image, mean)
  const data = Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
  return encode({ width, height, data, channels: 1 })
}

function changePng(change: Tensor, epsilon: number): Uint8Array {
  const { width, height, values } = reduced(change, largest)
  const data = new Uint8Array(3 * values.length)
  values.forEach((value, at) => {
    const part = Math.min(1, Math.abs(value) / epsilon)
    const end = value < 0 ? below : above
    end.forEach((level, k) => (data[3 * at + k] = Math.round(255 + part * (level - 255))))
  })
  return encode({ width, height, data, channels: 3 })
}
