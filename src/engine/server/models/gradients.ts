import type { ImagePixels } from '../../../core/image/intensity-counts.ts'
import type { DeviceChooser } from '../device-chooser.ts'
import type { FrameAddress } from '../frames/study-frames.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { StudyStore } from '../studies/study-store.ts'
import { beyondFrame } from './beyond-frame.ts'
import type { ModelRegistry } from './model-registry.ts'
import type { ModelViews } from './model-views.ts'

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
      const { pixels, float } = await views.frame(address, info)
      const { path: model, sha256, card } = info
      const beyond = await beyondFrame(address, info, { studies, views })
      const request = {
        home,
        model,
        sha256,
        card,
        image: float.relative,
        beyond,
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
