import type { VolumeSpace } from '../../../core/dicom/stack-space.ts'
import { mapBeside, type BesideImages } from '../../../core/model/beside.ts'
import type { ModelCard } from '../../../core/model/card.ts'
import { isRunOnStacks } from '../../../core/model/context.ts'
import type { ContextSlices } from '../../../core/model/preprocessing/neighbours.ts'
import { answersForStacks, rulesOf } from '../../../core/tasks/tasks.ts'
import { extentOf, sampleOf, tensor, type Tensor } from '../../../core/tensor/tensor.ts'
import { chooseDevice, type DeviceRequest } from '../../device.ts'
import { connectModel, openModel } from '../../models/open-model.ts'
import { throwIfCancelled, type JobHooks } from '../../progress.ts'
import { pixelModel, type PixelModel } from '../../models/pixel-model.ts'
import { LastKept } from './last-kept.ts'

/** Slices of a stack, and what is known of each of them. */
export interface GradientSlices {
  /** [S, C, H, W] in relative intensity, on the images' own pixel grid. */
  readonly images: Tensor
  /** What the model takes beside them, [S, …] each. */
  readonly beside: BesideImages | undefined
  readonly space: VolumeSpace | undefined
}

export interface InputGradientRequest extends DeviceRequest {
  readonly home: string
  /** The model's file. */
  readonly model: string
  /** Changes with the model and its card. */
  readonly version: string
  readonly card: ModelCard
  /** Names the slices: those of the same name are the same. */
  readonly stack: string
  /** The place among them of the one whose gradient is wanted. */
  readonly at: number
  /** Undefined where they may have been sent before. */
  readonly slices?: GradientSlices | undefined
}

/** Whoever has not sent the slices is asked for them. */
class SlicesNeeded extends Error {}

const slicesKept = new LastKept<GradientSlices>()
/** One model stays connected, the one used last: connecting takes longer than a gradient. */
const connected = new LastKept<PixelModel>({ dispose: (model) => model.dispose() })
/** That of a whole stack: a page asks for one slice after the other. */
const stackKept = new LastKept<Tensor>()

/**
 * dJ/dx of a slice [1, C, H, W], where J is the loss of what the model predicts. One at a time. Undefined
 * where the slices were not sent and are not at hand.
 * @throws RadversaryError model-unsupported, runtime-failed, io-failed, cancelled.
 */
export async function inputGradient(
  request: InputGradientRequest,
  { signal }: JobHooks = {},
): Promise<Tensor | undefined> {
  const sent = () =>
    request.slices === undefined ? Promise.reject(new SlicesNeeded()) : Promise.resolve(request.slices)
  try {
    return await slicesKept.use(request.stack, sent, (slices) => {
      throwIfCancelled(signal)
      return isRunOnStacks(request.card) ? ofStack(request, slices) : ofSlice(request, slices)
    })
  } catch (error) {
    if (error instanceof SlicesNeeded) return undefined
    throw error
  }
}

function ofSlice(request: InputGradientRequest, slices: GradientSlices): Promise<Tensor> {
  const { card, at } = request
  const image = sampleOf(slices.images, at)
  const beside = mapBeside(slices.beside, (values) => sampleOf(values, at))
  return connectedFor(request, async (connection) => {
    const model = connection.forShape(image.shape, {
      contextSlices: contextSlicesOf(slices.images, at),
      space: slices.space,
    })
    const ownLoss = rulesOf(card.task).ownLoss(card, await model.predict(image, beside))
    return (await model.lossAndGradient(image, ownLoss, beside)).gradient
  })
}

/** Slices before and after one of them; nothing where it is alone. */
function contextSlicesOf({ shape, data }: Tensor, at: number): ContextSlices | undefined {
  const [count, rest] = [extentOf(shape, 0), shape.slice(1)]
  const size = data.length / count
  const part = (from: number, to: number) =>
    to > from ? tensor([to - from, ...rest], data.subarray(from * size, to * size)) : undefined
  return count > 1 ? { before: part(0, at), after: part(at + 1, count) } : undefined
}

/** What the losses of all slices say of one; where the volume has one answer, what its loss says. */
function ofStack(request: InputGradientRequest, { images, beside, space }: GradientSlices): Promise<Tensor> {
  const { card, stack, at } = request
  const ofAll = () =>
    connectedFor(request, async (connection) => {
      const model = connection.forShape(images.shape, { space })
      const ownLoss = rulesOf(card.task).ownLoss(card, await model.predict(images, beside))
      return (await model.lossAndGradient(images, ownLoss, beside)).gradient
    })
  return stackKept.use(JSON.stringify([stack, request.device, request.threads]), ofAll, (gradient) => {
    const { shape, data } = sampleOf(gradient, at)
    const times = answersForStacks(card) ? extentOf(gradient.shape, 0) : 1
    return tensor(
      shape,
      data.map((value) => value / times),
    )
  })
}

function connectedFor(
  { home, model: path, version, card, device, threads }: InputGradientRequest,
  work: (model: PixelModel) => Promise<Tensor>,
): Promise<Tensor> {
  const connect = async () => {
    const { runtime } = await chooseDevice({ device, threads })
    return pixelModel(await connectModel(await openModel({ model: path, home }), runtime), card)
  }
  return connected.use(JSON.stringify([version, device, threads]), connect, work)
}
