import { createOnnxModel, type CheckLogits, type OnnxModelOptions } from '../../core/autodiff/onnx-model.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { BesideImages } from '../../core/model/beside.ts'
import type { OutputFacts } from '../../core/model/model-facts.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import { roundingNotice } from '../attack/rounding.ts'
import { chooseDevice, describeDevice, type DeviceRequest } from '../device.ts'
import { readModelFile } from '../models/read-model.ts'
import type { ModelRuntime } from '../models/tfjs-model-file.ts'
import type { JobHooks } from '../progress.ts'
import { readTensor } from './tensor-files.ts'

/** A model without a card: its input and output are taken as they are. */
export interface TensorModelRequest extends DeviceRequest {
  /** An .onnx file, or a model.json of TensorFlow.js. */
  readonly model: string
  /** Runtime of a TensorFlow.js model. */
  readonly runtime?: ModelRuntime | undefined
  readonly inputName?: string | undefined
  readonly outputName?: string | undefined
  /** Values of inputs beside the image, as NAME=VALUE, NAME=VALUE,VALUE or NAME=FILE.npy [N, …]. */
  readonly beside?: readonly string[] | undefined
  /** Whether gradients of a quantised model go straight through its rounding. */
  readonly straightThrough?: boolean | undefined
}

/** What a loss or an attack wants the model to give. */
interface WantedOutput {
  /** `file`: its values as they are; others: logits, before a final activation of this kind. */
  readonly before: 'file' | 'softmax' | 'sigmoid' | 'any'
  /** What is taken of them, for sentences: 'The loss', 'The attack’s loss'. */
  readonly what: string
}

/**
 * @param x what it will be given: its extents are the size of models that leave it free. @throws
 * RadversaryError io-failed, model-unreadable, model-unsupported, runtime-failed.
 */
export async function openTensorModel(
  request: TensorModelRequest,
  x: Tensor,
  wanted: WantedOutput,
  { onNotice }: JobHooks,
): Promise<TensorModel> {
  const { constants, beside } = await besideOf(request.beside ?? [])
  const inputShape = x.shape.slice(1)
  const { path, bytes, externalData, tfjs, facts } = await readModelFile(request.model, {
    runtime: request.runtime,
    inputShape,
  })
  tfjs?.notices.forEach((sentence) => onNotice?.(sentence))
  const { inputName, outputName } = request
  const output = facts.outputs.find(({ name }) => name === outputName) ?? facts.outputs[0]
  const activation = activationFor(wanted, output?.finalOp)
  if (tfjs?.backend !== undefined) {
    const { connectTfjs } = await import('../models/connect-tfjs.ts')
    const takenOff = activation === 'detect' ? output?.finalOp : undefined
    onNotice?.(lossTakenOf(wanted, output, takenOff))
    return { model: await connectTfjs(path, tfjs, { output: outputName, activation }), beside: undefined }
  }
  const choice = await chooseDevice(request)
  describeDevice(choice).forEach((sentence) => onNotice?.(sentence))
  const checkLogits: CheckLogits = (_, { takenOff }) => onNotice?.(lossTakenOf(wanted, output, takenOff))
  const names = { file: path, inputName, outputName, constants, besideNames: Object.keys(beside) }
  const common = { bytes, externalData, runtime: choice.runtime, activation, checkLogits }
  const straightThrough = request.straightThrough === true ? 'gradients' : undefined
  if (straightThrough !== undefined) await tellRounding({ ...common, ...names }, { x, beside }, onNotice)
  return { model: await createOnnxModel({ ...common, ...names, straightThrough }), beside }
}

/** How far a quantised model is from the float one behind it. */
async function tellRounding(
  options: OnnxModelOptions,
  { x, beside }: { readonly x: Tensor; readonly beside: BesideImages },
  onNotice: JobHooks['onNotice'],
): Promise<void> {
  const { checkLogits: _, ...common } = options
  const logits = await Promise.all(
    ([undefined, 'unrounded'] as const).map(async (straightThrough) => {
      const model = await createOnnxModel({ ...common, straightThrough })
      return model.predict(x, beside).finally(() => model.dispose())
    }),
  )
  const [rounded, floats] = logits
  if (rounded === undefined || floats === undefined) return
  const { message, tip } = roundingNotice(rounded, floats, x.shape[0] ?? 0)
  onNotice?.(`${message} ${tip}`)
}

/** A model, and what its inputs beside the image are for the samples at hand. */
export interface TensorModel {
  readonly model: DifferentiableModel
  /** [N, …] each. */
  readonly beside: BesideImages | undefined
}

/** @throws RadversaryError usage, io-failed, tensor-invalid. */
async function besideOf(texts: readonly string[]) {
  const constants: Record<string, readonly number[]> = {}
  const beside: Record<string, Tensor> = {}
  for (const text of texts) {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? []
    if (name === undefined || value === undefined) throw noBeside(text)
    if (/\.npy$/i.test(value)) beside[name] = await readTensor(value)
    else constants[name] = value.split(',').map((part) => numberIn(part.trim(), text))
  }
  return { constants, beside }
}

function numberIn(part: string, text: string): number {
  if (part === 'true' || part === 'false') return Number(part === 'true')
  const value = part === '' ? NaN : Number(part)
  if (Number.isFinite(value)) return value
  throw noBeside(text)
}

function noBeside(text: string): RadversaryError {
  return new RadversaryError('usage', `Beside: expected NAME=VALUE or NAME=FILE.npy, got ${text}`, {
    tip: 'For example: --beside age=63 --beside spacing=0.7,0.7 --beside training=false --beside mask=masks.npy',
  })
}

/** A loss of logits is taken before the activation that it belongs to, never before another. */
function activationFor({ before }: WantedOutput, finalOp: string | undefined): 'none' | 'detect' {
  if (before === 'file') return 'none'
  if (before === 'any') return 'detect'
  return (finalOp === 'Sigmoid') === (before === 'sigmoid') ? 'detect' : 'none'
}

function lossTakenOf(
  { what, before }: WantedOutput,
  output: OutputFacts | undefined,
  takenOff: string | undefined,
): string {
  if (takenOff !== undefined) return `${what} is taken of the logits, before the graph's final ${takenOff}.`
  const { finalOp = '', inUnit } = output ?? {}
  const isProbable = inUnit === true || finalOp === 'LogSoftmax'
  if (!isProbable) return `${what} is taken of the file's outputs, as they are.`
  const how = before === 'file' ? 'as they are' : 'which it takes for logits, although they are no logits'
  return `${what} is taken of the file's outputs (of ${finalOp}), ${how}.`
}
