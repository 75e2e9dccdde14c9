import {
  anchorHardened,
  anchorLossOfHead,
  anchorProbabilities,
  type AnchorLoss,
} from '../../../core/tasks/detection/losses.ts'
import type { ModelCard } from '../../../core/model/card.ts'
import { lossKindOf, predictionsOf, targetsOf } from '../../../core/tasks/classification/heads.ts'
import type { LossSpec } from '../../../core/model/ports.ts'
import type { Beyond } from '../../../core/model/preprocessing/neighbours.ts'
import {
  denseLoss,
  denseSize,
  maskPredictionsOf,
  maskTargetsOf,
} from '../../../core/tasks/segmentation/masks.ts'
import { tensor, type Tensor } from '../../../core/tensor/tensor.ts'
import { chooseDevice, type DeviceRequest } from '../../device.ts'
import { connectModel, openModel } from '../../models/open-model.ts'
import { pixelModel, type PixelModel } from '../../models/pixel-model.ts'

export interface InputGradientRequest extends DeviceRequest {
  readonly home: string
  /** The model's file. */
  readonly model: string
  readonly sha256: string
  readonly card: ModelCard
  /** [1, C, H, W] in relative intensity, on the image's own pixel grid. */
  readonly image: Tensor
  /** What lies around it, of models of neighbouring slices. */
  readonly beyond?: Beyond | undefined
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
 * @throws RadversaryError model-unsupported, runtime-failed, io-failed.
 */
export function inputGradient(request: InputGradientRequest): Promise<Tensor> {
  const computing = last.then(() => compute(request))
  last = computing.catch(() => undefined)
  return computing
}

async function compute(request: InputGradientRequest): Promise<Tensor> {
  const { card, image, beyond } = request
  const model = (await connect(request)).forShape(image.shape, beyond)
  return (await model.lossAndGradient(image, lossOfPrediction(card, await model.predict(image)))).gradient
}

/** J against what the logits themselves say, class, mask or boxes; of a number the number itself. */
function lossOfPrediction({ task, output }: ModelCard, logits: Tensor): LossSpec {
  if (task === 'detection') {
    const loss = anchorLossOfHead(output)
    return { kind: loss.kind, terms: [{ target: certainTargets(loss, logits), weight: 1 }] }
  }
  if (task === 'regression')
    return {
      kind: 'dot',
      terms: [{ target: { shape: logits.shape, data: logits.data.map(() => 1) }, weight: 1 }],
    }
  if (task !== 'segmentation') {
    const labels = predictionsOf(output, logits).map(({ classes }) => classes)
    return { kind: lossKindOf(output), terms: [{ target: targetsOf(output, labels), weight: 1 }] }
  }
  const masks = maskPredictionsOf(output, logits).flatMap(({ mask }) => mask ?? [])
  const target = maskTargetsOf(output, masks, denseSize(output, logits.shape))
  return { kind: denseLoss(output, { 'cross-entropy': 1 }).kind, terms: [{ target, weight: 1 }] }
}

/** What a detector says of each anchor, for certain; one sample. */
function certainTargets(loss: AnchorLoss, { shape, data }: Tensor): Tensor {
  return tensor(shape, anchorHardened(loss, anchorProbabilities(loss, data)))
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
