import type { ImagePixels } from '../../../core/image/intensity-counts.ts'
import type { Around } from '../../../core/model/preprocessing/chain.ts'
import { beyondOf } from '../../../core/model/preprocessing/neighbours.ts'
import { contextOf } from '../../../core/model/context.ts'
import { blockOf } from '../../../core/model/slices.ts'
import { imageStacks } from '../../study/image-groups.ts'
import { spaceOf } from '../../study/stack-context.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'
import type { DeviceChooser } from '../device-chooser.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { FrameAddress } from '../frames/run-frames.ts'
import { imageAt, type StudyStore } from '../studies/study-store.ts'
import type { ModelInfo, ModelRegistry } from './model-registry.ts'
import type { ModelViews } from './model-views.ts'

/** What lies around a frame, and which stack it is of. */
interface FrameAround extends Around {
  /** Equal for the frames of one stack. */
  readonly stack: string
}

/**
 * What lies around a frame of an open study, as far as the model sees it; `beyond` is undefined where nothing
 * does. @throws as `ModelViews.frame`.
 */
async function aroundFrame(
  address: FrameAddress,
  model: ModelInfo,
  { studies, views }: { readonly studies: StudyStore; readonly views: ModelViews },
): Promise<FrameAround> {
  const { card } = model
  const context = contextOf(card)
  const opened = await studies.find(address.study)
  const shown = imageAt(opened, address.image)
  const slices = slicesAround(address, opened.study, shown)
  const at = slices.findIndex(({ image, frame }) => image === address.image && frame === address.frame)
  const { before, after } = blockOf(slices, { from: at, to: at + 1, context })
  const relatives = async (part: readonly FrameAddress[]) => {
    const frames = await Promise.all(part.map((one) => views.frame(one, model)))
    return frames.map(({ float }) => float.relative)
  }
  const beyond = beyondOf({ before: await relatives(before), after: await relatives(after) })
  const images = slices.map(({ image }) => imageAt(opened, image))
  const space = spaceOf({ context }, images, [{ index: address.frame }])
  return { beyond, space, stack: JSON.stringify(slices[0]) }
}

/** The frame's stack, in order. */
function slicesAround(
  { study, image, frame }: FrameAddress,
  { images }: Study,
  own: StudyImage,
): FrameAddress[] {
  const { numberOfFrames, frameStacks } = own.header
  if (numberOfFrames > 1) {
    const around = frameStacks.find(({ frames }) => frames.includes(frame))?.frames ?? []
    return around.map((index) => ({ study, image, frame: index }))
  }
  const stack = imageStacks(images).find((members) => members.includes(own)) ?? []
  return stack.map((member) => ({ study, image: images.indexOf(member), frame }))
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
      const { pixels, float, beside } = await views.frame(address, info)
      const { path: model, sha256, card } = info
      const around = await aroundFrame(address, info, { studies, views })
      const request = {
        home,
        model,
        sha256,
        card,
        image: float.relative,
        around,
        beside,
        ...(await device.request()),
      }
      const gradient = await thread.run('inputGradient', request, { signal }, graceMs)
      return { pixels, values: interleaved(gradient.data, pixels.frame.samplesPerPixel) }
    },
  }
}

/** [C, H, W] as [H, W, C]. */
function interleaved(planes: Float32Array, channels: number): Float32Array {
  const size = planes.length / channels
  return Float32Array.from(
    planes,
    (_, at) => planes[(at % channels) * size + Math.floor(at / channels)] ?? NaN,
  )
}
