import type { IntensityRange } from '../../../core/tensor/intensity-range.ts'
import type { Decompress } from '../../../core/dicom/codecs.ts'
import type { ModelCard } from '../../../core/model/card.ts'
import { preprocessingFor, type PreprocessingCard } from '../../../core/model/preprocessing/chain.ts'
import { createImageLoader, type ImageLoader, type StudyFrame } from '../../study/load-image.ts'
import type { FrameAddress, StudyFrames } from '../frames/study-frames.ts'
import { imageAt, type StudyStore } from '../studies/study-store.ts'
import type { ModelInfo } from './model-shelf.ts'

/**
 * What a model sees of a frame: its input before mean and standard deviation, in grey levels; of neighbouring
 * slices the frame's own.
 */
export interface ModelPreview {
  readonly rows: number
  readonly columns: number
  readonly channels: number
  /** uint8 [rows, columns, channels], base64; 0 and 255 are the ends of `range`. */
  readonly pixels: string
  readonly range: IntensityRange
  /** The steps from the image to the input, in order. */
  readonly steps: readonly string[]
}

/** Frames in the intensity that a model's card asks for. */
export interface ModelViews {
  /** @throws RadversaryError dicom-unsupported where the image lacks what the card asks for. */
  frame(address: FrameAddress, model: ModelInfo): Promise<StudyFrame>
  forget(study: string): void
}

/** Percentiles of a series are counted once for each model. */
export function createModelViews(
  studies: StudyStore,
  frames: StudyFrames,
  decompress?: Decompress,
): ModelViews {
  const loaders = new Map<string, ImageLoader>()
  return {
    frame: async (address, { sha256, card }) => {
      const opened = await studies.find(address.study)
      const key = `${address.study}/${sha256} ${JSON.stringify(card.intensity)}`
      const loader = loaders.get(key) ?? createImageLoader(opened.study, card, decompress)
      loaders.set(key, loader)
      return loader.frame(imageAt(opened, address.image), address.frame, await frames.frame(address))
    },
    forget: (study) => {
      for (const key of loaders.keys()) if (key.startsWith(`${study}/`)) loaders.delete(key)
    },
  }
}

/** Without neighbouring slices, mean and standard deviation, and in the order of planes. */
function plainCard(card: ModelCard): PreprocessingCard {
  return {
    ...card,
    mean: [0],
    std: [1],
    input: { ...card.input, layout: 'NCHW', valueRange: [0, 1], slices: undefined, volume: undefined },
  }
}

/** @throws RadversaryError model-unsupported when such images can't be brought to the model's input. */
export function modelPreview({ float }: StudyFrame, { card }: ModelInfo): ModelPreview {
  const [, imageChannels = 0, imageRows = 0, imageColumns = 0] = float.relative.shape
  const shape = [imageChannels, imageRows, imageColumns] as const
  const { steps } = preprocessingFor(card, shape)
  const seen = preprocessingFor(plainCard(card), shape).apply(float.relative)
  const [, channels = 0, rows = 0, columns = 0] = seen.shape
  const pixels = Uint8Array.from({ length: seen.data.length }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels]
    return Math.round(255 * (seen.data[channel * rows * columns + pixel] ?? 0))
  })
  return {
    ...{ rows, columns, channels },
    pixels: Buffer.from(pixels).toString('base64'),
    range: float.range,
    steps: steps.map(({ name }) => name),
  }
}
