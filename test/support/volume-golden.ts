import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VolumeSpace } from '../../src/core/dicom/stack-space.ts'
import { tensor, type Tensor } from '../../src/core/tensor/tensor.ts'

type Extents = readonly [number, number, number]

interface GoldenSpace {
  readonly axes: string
  readonly spacing: Extents
}

/** What scripts/goldens/volumes.py has written. */
interface VolumeGolden {
  readonly weights: readonly {
    readonly patch: Extents
    readonly 'monai-gaussian': readonly number[]
    readonly 'nnunet-gaussian': readonly number[]
  }[]
  readonly network: { readonly patch: Extents; readonly ramp: readonly number[] }
  readonly blended: readonly {
    readonly size: Extents
    readonly overlap: number
    readonly volume: readonly number[]
    readonly 'monai-constant': readonly number[]
    readonly 'monai-gaussian': readonly number[]
    readonly 'nnunet-constant': readonly number[]
    readonly 'nnunet-gaussian': readonly number[]
  }[]
  readonly resampled: readonly {
    readonly size: Extents
    readonly from: GoldenSpace
    readonly to: GoldenSpace
    readonly stack: readonly number[]
    readonly volume: { readonly size: Extents; readonly values: readonly number[] }
    readonly logits: readonly number[]
    readonly back: readonly number[]
    readonly target: readonly number[]
    readonly gradient: readonly number[]
  }[]
  readonly fitted: readonly {
    readonly size: Extents
    readonly to: Extents
    readonly stack: readonly number[]
    readonly trilinear: readonly number[]
    readonly 'monai-area': readonly number[]
    readonly 'monai-pad-or-crop': readonly number[]
  }[]
  readonly classified: {
    readonly patch: Extents
    readonly axes: string
    readonly spacing: Extents
    readonly toSpacing: Extents
    readonly size: Extents
    readonly stored: readonly number[]
    readonly logits: readonly number[]
    readonly gradient: readonly number[]
  }
}

const fixtures = join(import.meta.dirname, '../fixtures')

export const volumeGolden = JSON.parse(readFileSync(join(fixtures, 'volumes.json'), 'utf8')) as VolumeGolden

/** MONAI's DenseNet of the golden. */
export const goldenClassifier = join(fixtures, 'volume-classifier.onnx')

export function spaceOf({ axes, spacing }: GoldenSpace): VolumeSpace {
  return { orientation: axes, spacing }
}

/** [S, 1, h, w] */
export function stackOf([slices, rows, columns]: Extents, values: readonly number[]): Tensor {
  return tensor([slices, 1, rows, columns], Float32Array.from(values))
}
