import type { InnerFeatures } from '../../core/attacks/attack.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { contextOf, seriesCount } from '../../core/model/context.ts'
import { answeringForSeries } from '../../core/model/series-answers.ts'
import { inChunks } from '../../core/model/in-chunks.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { type Around, type ImageShape, throughPreprocessing } from '../../core/model/preprocessing/chain.ts'
import type { Shape } from '../../core/tensor/tensor.ts'

/** A model seen from the pixel grids of images of any size, in relative intensity. */
export interface PixelModel {
  /** Slices on either side of an image that its prediction depends on; Infinity of volumes. */
  readonly context: number
  /** Series that a stack is of, one after the other; 1 but for models whose channels are series. */
  readonly series: number
  /**
   * For batches of this shape [N, C, H, W]. @throws RadversaryError model-unsupported when such images can't
   * be brought to its input.
   * @param around what else is known of the stack that a batch is of, for models of neighbouring slices and
   * volumes
   */
  forShape(shape: Shape, around?: Around): DifferentiableModel
  /** Its inner tensors, for batches of this shape; undefined where none are connected. */
  inner(shape: Shape): InnerFeatures | undefined
  dispose(): Promise<void>
}

/**
 * Preprocessing is prepared once for each size.
 * @param windows that a model of neighbouring slices is run on at a time, at most: stacks may be longer than
 * batches
 * @param inner the model as far as inner tensors (`featureModel`); disposed of with it
 */
export function pixelModel(
  connected: DifferentiableModel,
  card: ModelCard,
  windows = 8,
  inner?: InnerFeatures,
): PixelModel {
  const context = contextOf(card)
  const isOfSlices = context > 0 && card.input.volume === undefined
  const series = seriesCount(card.input)
  const ofStacks = isOfSlices ? inChunks(connected, windows) : connected
  const model = series > 1 ? answeringForSeries(ofStacks, series) : ofStacks
  const features = inner && onGrids(inner.model, card)
  return {
    context,
    series,
    forShape: onGrids(model, card),
    inner: (shape) => inner && features && { sizes: inner.sizes, model: features(shape) },
    dispose: async () => {
      await Promise.all([model.dispose(), inner?.model.dispose()])
    },
  }
}

function onGrids(model: DifferentiableModel, card: ModelCard): PixelModel['forShape'] {
  const known = new Map<string, DifferentiableModel>()
  return ([, channels = 0, rows = 0, columns = 0], around = {}) => {
    const shape: ImageShape = [channels, rows, columns]
    if (around.contextSlices ?? around.space) return throughPreprocessing(model, card, shape, around)
    const key = JSON.stringify([shape, around.seen])
    const ofShape = known.get(key) ?? throughPreprocessing(model, card, shape, around)
    known.set(key, ofShape)
    return ofShape
  }
}
