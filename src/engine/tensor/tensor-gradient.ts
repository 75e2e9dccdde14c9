import { RadversaryError } from '../../core/errors.ts'
import type { LossKind } from '../../core/model/ports.ts'
import { extentOf, type Shape, type Tensor } from '../../core/tensor/tensor.ts'
import type { JobHooks } from '../progress.ts'
import { openTensorModel, type TensorModel, type TensorModelRequest } from './open-tensor-model.ts'
import { readTargets, readTensor, writeTensor } from './tensor-files.ts'

export const tensorLosses = [
  'cross-entropy',
  'binary-cross-entropy',
  'mse',
  'dot',
] as const satisfies readonly LossKind[]
type TensorLoss = (typeof tensorLosses)[number]

/** What a loss is defined on: logits for those that hold an activation, else whatever the file gives. */
const outputOf = {
  'cross-entropy': 'softmax',
  'binary-cross-entropy': 'sigmoid',
  mse: 'file',
  dot: 'file',
} as const satisfies Record<TensorLoss, string>

export interface TensorGradientRequest extends TensorModelRequest {
  /** .npy files: x, the loss's target, and where d(Σ loss)/dx goes. */
  readonly input: string
  readonly loss: string
  readonly target: string
  readonly out: string
}

export interface TensorGradientReport {
  /** Per sample. */
  readonly loss: readonly number[]
  readonly shape: readonly number[]
  readonly out: string
}

/**
 * The gradient of a loss with respect to the input: summed over the batch, averaged over pixels for dense
 * outputs and over outputs for binary cross-entropy and mse. Cross-entropies are taken of logits, before a
 * final activation of their own; mse and dot of what the file gives. A notice says which. @throws
 * RadversaryError as its parts do.
 */
export async function tensorGradient(
  request: TensorGradientRequest,
  hooks: JobHooks = {},
): Promise<TensorGradientReport> {
  const kind = lossKind(request.loss)
  const x = await readTensor(request.input)
  const opened = await openTensorModel(request, x, { before: outputOf[kind], what: 'The loss' }, hooks)
  const { model, beside } = opened
  try {
    const target = await readTargets(request.target, await logitsShape(opened, x))
    const { loss, gradient } = await model.lossAndGradient(
      x,
      { kind, terms: [{ target, weight: 1 }] },
      beside,
    )
    await writeTensor(request.out, gradient)
    return { loss: [...loss], shape: gradient.shape, out: request.out }
  } finally {
    await model.dispose()
  }
}

/** The logits' shape at x: as the file declares it, or else as a prediction has it. */
async function logitsShape({ model, beside }: TensorModel, x: Tensor): Promise<Shape> {
  const [, ...declared] = model.output.shape
  const known = declared.filter((extent) => extent !== null)
  const isWhole = known.length > 0 && known.length === declared.length
  return isWhole ? [extentOf(x.shape, 0), ...known] : (await model.predict(x, beside)).shape
}

function lossKind(text: string): TensorLoss {
  const found = tensorLosses.find((kind) => kind === text)
  if (found !== undefined) return found
  throw new RadversaryError('usage', `Loss: expected one of ${tensorLosses.join(', ')}, got ${text}`)
}
