import type { ModelCard } from '../../core/model/card.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { ImageShape } from '../../core/model/preprocessing/chain.ts'
import { throughPreprocessing } from '../../core/model/preprocessing/through.ts'
import type { Shape } from '../../core/tensor/tensor.ts'

/** A model seen from the pixel grids of images of any size, in relative intensity. */
export interface PixelModel {
  /** For batches of this shape [N, C, H, W]. @throws RadversaryError model-unsupported when such images can't be brought to its input. */
  forShape(shape: Shape): DifferentiableModel
  dispose(): Promise<void>
}

/** Preprocessing is prepared once for each size. */
export function pixelModel(model: DifferentiableModel, card: ModelCard): PixelModel {
  const known = new Map<string, DifferentiableModel>()
  return {
    forShape: ([, channels = 0, rows = 0, columns = 0]) => {
      const shape: ImageShape = [channels, rows, columns]
      const seen = known.get(shape.join()) ?? throughPreprocessing(model, card, shape)
      known.set(shape.join(), seen)
      return seen
    },
    dispose: () => model.dispose(),
  }
}
