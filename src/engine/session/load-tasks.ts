import { maskOfFrame, type GivenLabels } from '../labels/given-labels.ts'
import type { MaskSource } from '../labels/mask-source.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type { ImageLoader, LoadedImage, StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { inputFailure, stackFailure, type InputFailure } from '../study/failures.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { Stack } from './stacks.ts'
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

/** A model, and how images are loaded for it. */
export interface Loading {
  readonly model: PixelModel
  readonly load: LoadTasks
}

/** Images that are worked on at once, and those that could not be loaded. */
export interface LoadedBlock {
  readonly loaded: readonly LoadedTasks[]
  readonly failures: readonly InputFailure[]
}

/** An image that can't be used is left out; a stack that can't be without it fails. */
export async function loadBlock(images: readonly StudyImage[], session: Loading): Promise<LoadedBlock> {
  const loaded: LoadedTasks[] = []
  const failures: InputFailure[] = []
  for (const image of images) {
    try {
      loaded.push(await session.load(image, session.model))
    } catch (error) {
      failures.push(inputFailure(error, image))
    }
  }
  const [first] = failures
  if (first !== undefined && session.model.context > 0)
    throw new RadversaryError(first.code, first.message, { tip: first.tip, file: first.file })
  return { loaded, failures }
}

/**
 * Slices that depend on each other are read before the first is attacked; they are kept where they make one
 * block.
 */
export async function checkedStack(
  { images, blocks }: Stack,
  session: Loading,
): Promise<{ readonly loaded?: LoadedBlock; readonly failures: readonly InputFailure[] }> {
  if (session.model.context === 0) return { failures: [] }
  const failures: InputFailure[] = []
  const loaded: LoadedTasks[] = []
  for (const image of images) {
    try {
      const found = await session.load(image, session.model)
      if (blocks.length === 1) loaded.push(found)
    } catch (error) {
      failures.push(inputFailure(error, image))
    }
  }
  const [first] = failures
  if (first === undefined) return { ...(blocks.length === 1 && { loaded: { loaded, failures } }), failures }
  const failed = new Set(failures.map(({ file }) => file))
  const others = images.filter(({ name }) => !failed.has(name))
  return { failures: [...failures, ...others.map((image) => inputFailure(stackFailure(first), image))] }
}
