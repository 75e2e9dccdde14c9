import { frameLabels, wantedOf, type GivenTruth } from '../labels/frame-labels.ts'
import type { MaskSource } from '../labels/mask-source.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type { ImageLoader, LoadedImage } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { checkFramesAreStack } from '../study/surroundings.ts'
import type { FrameTask } from './frame-attack.ts'
import { checkRegion, type Region } from './region.ts'

/** An image with its pixels, and what is to be done with its frames. */
export interface LoadedTasks {
  readonly loaded: LoadedImage
  readonly tasks: readonly FrameTask[]
}

/** Loads an image for a model. @throws RadversaryError as `loadTasks` */
export type LoadTasks = (image: StudyImage, model: PixelModel) => Promise<LoadedTasks>

/** Where images and what is known of them come from. */
export interface TaskSource {
  readonly loader: ImageLoader
  /** With the masks that a targeted attack on a segmentation wants. */
  readonly given: GivenTruth & { readonly wanted: MaskSource | undefined }
  readonly region: Region | undefined
}

/** @throws RadversaryError for an image that can't be read, or not be attacked with this region or model. */
export async function loadTasks(
  image: StudyImage,
  model: PixelModel,
  { loader, given, region }: TaskSource,
): Promise<LoadedTasks> {
  checkFramesAreStack(image, model.context)
  const loaded = await loader.load(image)
  for (const frame of loaded.frames) {
    checkRegion(region, frame)
    // Throws for images that can't be brought to the model's input.
    model.forShape(frame.float.relative.shape)
  }
  const labels = await frameLabels(given, loaded.frames)
  const masks = await wantedOf(given, loaded.frames)
  return { loaded, tasks: loaded.frames.map((frame, i) => ({ frame, label: labels[i], wanted: masks[i] })) }
}
