import { maskOfFrame, type GivenLabels } from '../labels/given-labels.ts'
import type { MaskSource } from '../labels/mask-source.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type { ImageLoader, LoadedImage, StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { FrameTask } from './frame-attack.ts'
import { checkRegion, type Region } from './region.ts'

/** An image with its pixels, and what is to be done with its frames. */
export interface LoadedTasks {
  readonly loaded: LoadedImage
  readonly tasks: readonly FrameTask[]
}

/** Loads an image for a model. @throws RadversaryError as `loadTasks` */
export type LoadTasks = (image: StudyImage, model: PixelModel) => Promise<LoadedTasks>

/** What was given of frames. */
interface GivenMarks {
  readonly labels: GivenLabels | undefined
  /** Masks that a targeted attack wants instead. */
  readonly wanted: MaskSource | undefined
}

/** Where images and what is known of them come from. */
export interface TaskSource {
  readonly loader: ImageLoader
  readonly given: GivenMarks
  readonly region: Region | undefined
}

/** @throws RadversaryError for an image that can't be read, or not be attacked with this region or model. */
export async function loadTasks(
  image: StudyImage,
  model: PixelModel,
  { loader, given, region }: TaskSource,
): Promise<LoadedTasks> {
  const loaded = await loader.load(image)
  for (const frame of loaded.frames) {
    checkRegion(region, frame)
    // Throws for images that can't be brought to the model's input.
    model.forShape(frame.float.relative.shape)
  }
  return { loaded, tasks: await tasksOf(given, loaded.frames) }
}

/** Frames to be attacked, with what was given of them. @throws RadversaryError labels-invalid */
export function tasksOf({ labels, wanted }: GivenMarks, frames: readonly StudyFrame[]): Promise<FrameTask[]> {
  return Promise.all(
    frames.map(async (frame) => ({
      frame,
      label: await labels?.of(frame),
      wanted: wanted && (await maskOfFrame(wanted, frame)),
    })),
  )
}
