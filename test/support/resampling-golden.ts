import { readFileSync } from 'node:fs'
import { tensor, type Tensor } from '../../src/core/tensor/tensor.ts'

interface ResamplingGolden {
  readonly shape: readonly [number, number, number]
  readonly images: readonly number[]
  readonly resampledFirstImage: readonly (Record<string, readonly number[]> & {
    readonly size: readonly [number, number]
  })[]
  readonly smoothedFirstImage: readonly {
    readonly size: number
    readonly sigma: number
    readonly values: readonly number[]
  }[]
  readonly referenceConvolution: readonly number[]
}

/** Images resampled and smoothed by PyTorch and Pillow (scripts/goldens/resampling.py). */
export const resamplingGolden = JSON.parse(
  readFileSync(new URL('../fixtures/resampling.json', import.meta.url), 'utf8'),
) as ResamplingGolden

const [, rows, columns] = resamplingGolden.shape

/** The golden's first image, [1, 1, H, W]. */
export const goldenImage: Tensor = tensor(
  [1, 1, rows, columns],
  Float32Array.from(resamplingGolden.images.slice(0, rows * columns)),
)

/** The golden's three images as the channels of one, [1, 3, H, W]. */
export const goldenColourImage: Tensor = tensor(
  [1, 3, rows, columns],
  Float32Array.from(resamplingGolden.images),
)
