import type { ModelCard } from '../../../core/model/card.ts'
import type { BesideImages } from '../../../core/model/beside.ts'
import type { Around } from '../../../core/model/preprocessing/chain.ts'
import { answersForStacks, rulesOf } from '../../../core/tasks/tasks.ts'
import { concatenate, extentOf, sampleOf, tensor, type Tensor } from '../../../core/tensor/tensor.ts'
import { chooseDevice, type DeviceRequest } from '../../device.ts'
import { connectModel, openModel } from '../../models/open-model.ts'
import { throwIfCancelled, type JobHooks } from '../../progress.ts'
import { pixelModel, type PixelModel } from '../../models/pixel-model.ts'

export interface InputGradientRequest extends DeviceRequest {
  readonly home: string
  /** The model's file. */
  readonly model: string
  readonly sha256: string
  readonly card: ModelCard
  /** [1, C, H, W] in relative intensity, on the image's own pixel grid. */
  readonly image: Tensor
  /** What else is known of its stack, and the stack's name. */
  readonly around: Around & { readonly stack: string }
  /** What the model takes beside it. */
  readonly beside?: BesideImages | undefined
}

interface Connected {
  readonly key: string
  readonly model: PixelModel
}

/** One model stays connected, the one used last: connecting takes longer than a gradient. */
let connected: Connected | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * dJ/dx of the shape of the image, where J is the loss of what the model predicts. One at a time.
 * @throws RadversaryError model-unsupported, runtime-failed, io-failed, cancelled.
 */
export function inputGradient(request: InputGradientRequest, { signal }: JobHooks = {}): Promise<Tensor> {
  const computing = last.then(() => {
    throwIfCancelled(signal)
    return compute(request)
  })
  last = computing.catch(() => undefined)
  return computing
}

async function compute(request: InputGradientRequest): Promise<Tensor> {
  const { card, image, around, beside } = request
  if (card.input.volume !== undefined) return ofVolume(request)
  const model = (await connect(request)).forShape(image.shape, around)
  const ownLoss = rulesOf(card.task).ownLoss(card, await model.predict(image, beside))
  return (await model.lossAndGradient(image, ownLoss, beside)).gradient
}

interface VolumeGradient {
  readonly key: string
  readonly gradient: Tensor
}

/** The last volume's: a page asks for one slice after the other. */
let lastVolume: VolumeGradient | undefined

/** What the losses of all slices say of one; where the volume has one answer, what its loss says. */
async function ofVolume(request: InputGradientRequest): Promise<Tensor> {
  const { card, sha256, image, around, beside } = request
  const { before, after } = around.beyond ?? {}
  const key = JSON.stringify([sha256, card, request.device, around.stack])
  if (lastVolume?.key !== key) {
    const stack = concatenate([before, image, after].filter((part) => part !== undefined))
    const model = (await connect(request)).forShape(stack.shape, { space: around.space })
    const ownLoss = rulesOf(card.task).ownLoss(card, await model.predict(stack, beside))
    lastVolume = { key, gradient: (await model.lossAndGradient(stack, ownLoss, beside)).gradient }
  }
  const { shape, data } = sampleOf(lastVolume.gradient, before?.shape[0] ?? 0)
  const times = answersForStacks(card) ? extentOf(lastVolume.gradient.shape, 0) : 1
  return tensor(shape, data.map((value) => value / times)) // prettier-ignore
}

async function connect({
  home,
  model: path,
  sha256,
  card,
  device,
  threads,
}: InputGradientRequest): Promise<PixelModel> {
  const key = JSON.stringify([sha256, card, device, threads])
  if (connected?.key === key) return connected.model
  const left = connected
  connected = undefined
  await left?.model.dispose()
  const { runtime } = await chooseDevice({ device, threads })
  const model = pixelModel(await connectModel(await openModel({ model: path, home }), runtime), card)
  connected = { key, model }
  return model
}
