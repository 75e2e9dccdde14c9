import { lossKindOf, predictionsOf, targetsOf } from '../../../core/model/heads.ts'
import type { ImagePixels } from '../../../core/model/intensity-counts.ts'
import { chooseDevice } from '../../device.ts'
import { connectModel, openModel } from '../../models/open-model.ts'
import { pixelModel, type PixelModel } from '../../models/pixel-model.ts'
import type { DeviceChooser } from '../device-chooser.ts'
import type { FrameAddress } from '../frames/study-frames.ts'
import type { ModelInfo, ModelShelf } from './model-shelf.ts'
import type { ModelViews } from './model-views.ts'

/** How a model's loss answers to each pixel of a frame. */
export interface FrameGradient {
  readonly pixels: ImagePixels
  /** dJ/dx at the frame, where J is the loss of what the model predicts; pixel-interleaved, per width of the intensity range. */
  readonly values: Float32Array
}

export interface Gradients {
  /** @throws RadversaryError usage, model-unsupported, runtime-failed; as `ModelViews.frame`. */
  of(address: FrameAddress, model: string): Promise<FrameGradient>
  close(): Promise<void>
}

interface GradientParts {
  readonly home: string
  readonly models: ModelShelf
  readonly views: ModelViews
  readonly device: DeviceChooser
}

interface Connected {
  readonly key: string
  readonly model: PixelModel
}

/** One model stays connected, the one used last: connecting takes longer than a gradient. One gradient at a time. */
export function createGradients({ home, models, views, device }: GradientParts): Gradients {
  let connected: Connected | undefined
  let last: Promise<unknown> = Promise.resolve()
  const connect = async ({ path, sha256, card }: ModelInfo): Promise<PixelModel> => {
    const request = await device.request()
    const key = JSON.stringify([sha256, card, request])
    if (connected?.key === key) return connected.model
    await close()
    const { runtime } = await chooseDevice(request)
    const model = pixelModel(await connectModel(await openModel({ model: path, home }), runtime), card)
    connected = { key, model }
    return model
  }
  const close = async () => {
    const left = connected
    connected = undefined
    await left?.model.dispose()
  }
  const compute = async (address: FrameAddress, name: string): Promise<FrameGradient> => {
    const info = await models.show(name)
    const { pixels, float } = await views.frame(address, info)
    const model = (await connect(info)).forShape(float.relative.shape)
    const { output } = info.card
    const labels = predictionsOf(output, await model.predict(float.relative)).map(({ classes }) => classes)
    const loss = { kind: lossKindOf(output), terms: [{ target: targetsOf(output, labels), weight: 1 }] }
    const { gradient } = await model.lossAndGradient(float.relative, loss)
    return { pixels, values: interleaved(gradient.data, pixels.frame.samplesPerPixel) }
  }
  return {
    of: (address, name) => {
      const computing = last.then(() => compute(address, name))
      last = computing.catch(() => undefined)
      return computing
    },
    close: async () => {
      await last
      await close()
    },
  }
}

/** [C, H, W] as [H, W, C]. */
function interleaved(planes: Float32Array, channels: number): Float32Array {
  const size = planes.length / channels
  return Float32Array.from(planes, (_, at) => planes[(at % channels) * size + Math.floor(at / channels)] ?? NaN)
}
