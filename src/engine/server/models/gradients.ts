import { entry } from '../../../core/entry.ts'
import type { ImagePixels } from '../../../core/image/intensity-counts.ts'
import type { VolumeSpace } from '../../../core/dicom/stack-space.ts'
import { internalError } from '../../../core/errors.ts'
import { joinedBeside } from '../../../core/model/beside.ts'
import { concatenate } from '../../../core/tensor/tensor.ts'
import { contextOf } from '../../../core/model/context.ts'
import { blockOf } from '../../../core/model/slices.ts'
import { imageStacks } from '../../study/image-groups.ts'
import { ofOtherSeries, studyOfChannels } from '../../study/series-channels.ts'
import { spaceOf } from '../../study/stack-context.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'
import type { DeviceChooser } from '../device-chooser.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { FrameAddress } from '../frames/run-frames.ts'
import { imageAt, type OpenedStudy, type StudyStore } from '../studies/study-store.ts'
import type { GradientSlices } from './input-gradient.ts'
import type { ModelInfo, ModelRegistry } from './model-registry.ts'
import type { ModelViews } from './model-views.ts'

/** A stack, or as much of one as a prediction of a frame depends on, by its frames' addresses. */
interface StackPart {
  readonly slices: readonly FrameAddress[]
  /** The frame's place among them. */
  readonly at: number
  /** How the stack lies, for models of volumes. */
  readonly space: VolumeSpace | undefined
  /** Equal where slices and model are the same. */
  readonly key: string
}

/** The part of a frame's stack that the model sees: the frame alone, its neighbours, or all. */
async function stackPart(
  address: FrameAddress,
  { card, version }: ModelInfo,
  opened: OpenedStudy,
): Promise<StackPart> {
  const context = contextOf(card)
  const seen = await studyOfChannels(opened.study, card)
  const { stack, all } = slicesAround(address, opened.study, seen)
  const place = all.findIndex(({ image, frame }) => image === address.image && frame === address.frame)
  const { before, own, after } = blockOf(all, { from: place, to: place + 1, context })
  const slices = [...before, ...own, ...after]
  const names = slices.map(({ image, frame }) => [imageAt(opened, image).sopInstanceUid, frame])
  return {
    slices,
    at: before.length,
    space: spaceOf({ context }, stack, [{ index: address.frame }]),
    key: JSON.stringify([address.study, version, names]),
  }
}

/** The frame's stack, in order, as the model sees the study. @throws RadversaryError usage */
function slicesAround(
  { study, image, frame }: FrameAddress,
  { images }: Study,
  seen: Study,
): { readonly stack: readonly StudyImage[]; readonly all: FrameAddress[] } {
  const header = images[image]?.header
  const stack = imageStacks(seen.images).find((some) => some.some((each) => each.header === header))
  if (header === undefined || stack === undefined) throw ofOtherSeries()
  const places = new Map(images.map((each, place) => [each.header, place]))
  const number = header.frameStacks.findIndex(({ frames }) => frames.includes(frame))
  const all = stack.flatMap((each): FrameAddress[] => {
    const { frames = [] } = each.header.frameStacks[number] ?? {}
    return frames.map((index) => ({ study, image: places.get(each.header) ?? image, frame: index }))
  })
  return { stack, all }
}

/** Slices as a model is given them. @throws as `ModelViews.frame` */
async function loadSlices(
  { slices, space }: StackPart,
  model: ModelInfo,
  views: ModelViews,
): Promise<GradientSlices> {
  const frames = await Promise.all(slices.map((slice) => views.frame(slice, model)))
  return {
    images: concatenate(frames.map(({ float }) => float.relative)),
    beside: joinedBeside(frames.map(({ beside }) => beside)),
    space,
  }
}

/** How a model's loss answers to each pixel of a frame. */
export interface FrameGradient {
  readonly pixels: ImagePixels
  /**
   * dJ/dx at the frame, where J is the loss of what the model predicts of it; pixel-interleaved, per width of
   * the intensity range.
   */
  readonly values: Float32Array
}

export interface Gradients {
  /**
   * @param signal whoever asked has left. @throws RadversaryError usage, model-unsupported, runtime-failed,
   * cancelled; as `ModelViews.frame`.
   */
  of(address: FrameAddress, model: string, signal: AbortSignal): Promise<FrameGradient>
}

/** A page leaves gradients as it scrolls: the model that is connected is not to be lost to a slow one. */
const graceMs = 30_000

interface GradientParts {
  readonly home: string
  readonly models: ModelRegistry
  readonly studies: StudyStore
  readonly views: ModelViews
  readonly device: DeviceChooser
  readonly thread: EngineThread
}

export function createGradients({ home, models, studies, views, device, thread }: GradientParts): Gradients {
  return {
    of: async (address, name, signal) => {
      const info = await models.show(name)
      const part = await stackPart(address, info, await studies.find(address.study))
      const { path: model, version } = info
      const { key: stack, at } = part
      const asked = { home, model, version, card: info.card, stack, at, ...(await device.request()) }
      const ask = (slices?: GradientSlices) =>
        thread.run('inputGradient', { ...asked, slices }, { signal }, graceMs)
      // A whole stack is sent once, and not with each of its slices.
      const known = contextOf(info.card) === Infinity ? await ask() : undefined
      const gradient = known ?? (await ask(await loadSlices(part, info, views)))
      if (gradient === undefined) throw internalError('a gradient of slices that were sent was not made')
      const { pixels } = await views.frame(address, info)
      return { pixels, values: interleaved(gradient.data, pixels.frame.samplesPerPixel) }
    },
  }
}

/** [C, H, W] as [H, W, C]. */
function interleaved(planes: Float32Array, channels: number): Float32Array {
  const size = planes.length / channels
  return Float32Array.from(planes, (_, at) =>
    entry(planes, (at % channels) * size + Math.floor(at / channels)),
  )
}
