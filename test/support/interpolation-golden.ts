import { readFileSync } from 'node:fs'
import { tensor, type Tensor } from '../../src/core/tensor/tensor.ts'

type Resampled = Record<string, readonly number[]> & { readonly size: readonly [number, number] }

interface InterpolationGolden {
  readonly shape: readonly [number, number]
  readonly image: readonly number[]
  readonly resampled: readonly Resampled[]
  readonly bytes: readonly number[]
  readonly resampledBytes: readonly Resampled[]
  readonly nearestIndices: readonly (Record<string, readonly number[]> & {
    readonly inputs: number
    readonly outputs: number
  })[]
}

/** An image resampled by Pillow, OpenCV and TensorFlow (scripts/goldens/interpolations.py). */
export const interpolationGolden = JSON.parse(
  readFileSync(new URL('../fixtures/interpolations.json', import.meta.url), 'utf8'),
) as InterpolationGolden

/** The golden's image, [1, 1, H, W]. */
export const interpolatedImage: Tensor = tensor(
  [1, 1, ...interpolationGolden.shape],
  Float32Array.from(interpolationGolden.image),
)

/** The golden's image of bytes in [0, 1], [1, 1, H, W]. */
export const interpolatedBytes: Tensor = tensor(
  [1, 1, ...interpolationGolden.shape],
  Float32Array.from(interpolationGolden.bytes, (byte) => byte / 255),
)

interface BytesGolden {
  readonly shape: readonly [number, number]
  readonly bytes: readonly number[]
  readonly resampledBytes: readonly Resampled[]
}

/** Bytes resampled by Pillow 13, PyTorch and OpenCV (scripts/goldens/interpolation_bytes.py). */
export const bytesGolden = JSON.parse(
  readFileSync(new URL('../fixtures/interpolation-bytes.json', import.meta.url), 'utf8'),
) as BytesGolden
