import type { ImageSize } from '../tensor/resample.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { ModelCard } from './card.ts'
import { boxPredictionsOf } from '../tasks/detection/detector.ts'
import { predictionsOf, type Prediction } from '../tasks/classification/heads.ts'
import { valuePredictions } from '../tasks/regression/values.ts'
import { denseSize, maskGridFor, maskPredictionsOf } from '../tasks/segmentation/masks.ts'

/**
 * Predictions of images of one size from their logits; masks and boxes lie on the images' own grid. Throws
 * `tensor-invalid` for other logits.
 */
export function imagePredictions(card: ModelCard, image: ImageSize, logits: Tensor): Prediction[] {
  if (card.task === 'detection') return boxPredictionsOf(card, image, logits)
  if (card.task === 'regression') return valuePredictions(card.output, logits)
  if (card.task !== 'segmentation') return predictionsOf(card.output, logits)
  const grid = maskGridFor(card, image, denseSize(card.output, logits.shape))
  return maskPredictionsOf(card.output, logits).map((prediction) => ({
    ...prediction,
    ...(prediction.mask && { mask: grid.toImage(prediction.mask) }),
  }))
}
