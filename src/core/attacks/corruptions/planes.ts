import { clippedToWindow } from '../../math/image-distance.ts'
import { addScaled } from '../../math/kernels.ts'
import type { PlaneSize } from '../../math/defences.ts'
import type { RandomSource } from '../../random.ts'
import { imageBatchExtents, planeOf } from '../../tensor/image-batch.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'

/** One channel as its window shows it, [H·W] in [0, 1], and what becomes of it. */
export type PlaneChange = (plane: Float32Array, size: PlaneSize, channel: number) => Float32Array

/**
 * The image with each channel changed as its window shows it: values beyond the window are moved by as much
 * as its ends.
 */
export function eachPlane(image: Tensor, change: PlaneChange): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(image, 'Corruption')
  const changed = tensor(image.shape, image.data.slice())
  for (let at = 0; at < count * channels; at++) {
    const [row, shown] = [planeOf(changed, at), clippedToWindow(planeOf(image, at))]
    const after = change(shown, { rows, columns }, at)
    addScaled(row, row, after, 1)
    addScaled(row, row, shown, -1)
  }
  return changed
}

/** A number drawn evenly between two. */
export function between(random: RandomSource, least: number, most: number): number {
  return least + (most - least) * random.open()
}

/** −1 or 1. */
export function drawnSign(random: RandomSource): number {
  return random.symmetric() < 0 ? -1 : 1
}
