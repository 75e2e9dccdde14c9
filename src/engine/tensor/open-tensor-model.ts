import { createOnnxModel, type CheckLogits, type OnnxModelOptions } from '../../core/autodiff/onnx-model.ts'
import { RadversaryError } from '../../core/errors.ts'
import { mapBeside, type BesideImages } from '../../core/model/beside.ts'
import type { OutputFacts } from '../../core/model/model-facts.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { concatenate, extentOf, sampleOf, type Tensor } from '../../core/tensor/tensor.ts'
import { firstImages, roundingNotice } from '../attack/rounding.ts'
import { chooseDevice, describeDevice, type DeviceRequest } from '../device.ts'
import { goesStraight, needsOnnx } from '../models/open-model.ts'
import { readModelFile, type ReadModel } from '../models/read-model.ts'
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
  /** Samples that are run at once; all by default. */
  readonly batch?: number | undefined
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
 * RadversaryError usage, io-failed, model-unreadable, model-unsupported, runtime-failed.
 */
export async function openTensorModel(
  request: TensorModelRequest,
  x: Tensor,
  wanted: WantedOutput,
  hooks: JobHooks,
): Promise<TensorModel> {
  const { onNotice } = hooks
  const given = await besideOf(request.beside ?? [])
  const { runtime } = request
  const file = await readModelFile(request.model, { runtime, inputShape: x.shape.slice(1) })
  checkNames(given, file)
  file.tfjs?.notices.forEach((sentence) => onNotice?.(sentence))
  const isStraight = goesStraight(request, file.obstaclesOf(request.outputName), hooks)
  if (file.tfjs?.backend !== undefined) return openTfjs(file, { request, given, wanted, onNotice })
  const choice = await chooseDevice(request)
  describeDevice(choice).forEach((sentence) => onNotice?.(sentence))
  const { output, activation } = outputFor(request, file, wanted)
  const checkLogits: CheckLogits = (_, { takenOff }) => onNotice?.(lossTakenOf(wanted, output, takenOff))
  const { path, bytes, externalData } = file
  const { inputName, outputName } = request
  const { constants, beside } = given
  const names = { file: path, inputName, outputName, constants, besideNames: Object.keys(beside) }
  const options = { ...names, bytes, externalData, runtime: choice.runtime, activation }
  if (isStraight) await noticeRounding(options, firstSamples({ x, beside }, request.batch), onNotice)
  const straightThrough = isStraight ? 'gradients' : undefined
  return { model: await createOnnxModel({ ...options, checkLogits, straightThrough }), beside }
}

interface TfjsParts {
  readonly request: TensorModelRequest
  readonly given: GivenBeside
  readonly wanted: WantedOutput
  readonly onNotice: JobHooks['onNotice']
}

/** A model that TensorFlow.js runs. @throws RadversaryError model-unsupported for inputs beside the image. */
async function openTfjs(
  file: ReadModel,
  { request, given, wanted, onNotice }: TfjsParts,
): Promise<TensorModel> {
  const { path, tfjs } = file
  if (tfjs === undefined || namesOf(given).length > 0)
    throw needsOnnx('a model with inputs beside the image', path)
  const { output, activation } = outputFor(request, file, wanted)
  const takenOff = activation === 'detect' ? output?.finalOp : undefined
  onNotice?.(lossTakenOf(wanted, output, takenOff))
  const { connectTfjs } = await import('../models/connect-tfjs.ts')
  const model = await connectTfjs(path, tfjs, { output: request.outputName, activation })
  return { model, beside: undefined }
}

/** The output that is named or the first one, and what is taken off its end. */
function outputFor({ outputName }: TensorModelRequest, { facts }: ReadModel, wanted: WantedOutput) {
  const output = facts.outputs.find(({ name }) => name === outputName) ?? facts.outputs[0]
  return { output, activation: activationFor(wanted, output?.finalOp) }
}

/** @throws RadversaryError usage for an input that the graph has not. */
function checkNames(given: GivenBeside, { path, facts }: ReadModel): void {
  const known = facts.inputs.map(({ name }) => name)
  const unknown = namesOf(given).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new RadversaryError('usage', `Beside: expected one of the model's inputs, got ${unknown}`, {
    file: path,
    tip: `Its inputs are ${known.join(', ')}.`,
  })
}

/** What one batch has. @param size all samples where it is left out */
function firstSamples({ x, beside }: Samples, size: number = extentOf(x.shape, 0)): Samples {
  const first = (all: Tensor) =>
    concatenate(Array.from({ length: Math.min(size, extentOf(all.shape, 0)) }, (_, n) => sampleOf(all, n)))
  return { x: first(x), beside: mapBeside(beside, first) }
}

interface Samples {
  readonly x: Tensor
  readonly beside: BesideImages | undefined
}

/** How far a quantised model is from the float one behind it. */
async function noticeRounding(
  options: OnnxModelOptions,
  { x, beside }: Samples,
  onNotice: JobHooks['onNotice'],
): Promise<void> {
  const predicted = async (straightThrough: 'unrounded' | undefined) => {
    const model = await createOnnxModel({ ...options, straightThrough })
    return model.predict(x, beside).finally(() => model.dispose())
  }
  const [rounded, floats] = [await predicted(undefined), await predicted('unrounded')]
  const { message, tip } = roundingNotice(rounded, floats, firstImages(extentOf(x.shape, 0)))
  onNotice?.(`${message} ${tip}`)
}

/** A model, and what its inputs beside the image are for the samples at hand. */
export interface TensorModel {
  readonly model: DifferentiableModel
  /** [N, …] each. */
  readonly beside: BesideImages | undefined
}

/** What was given of inputs beside the image: the same for all samples, or one for each. */
interface GivenBeside {
  readonly constants: Readonly<Record<string, readonly number[]>>
  readonly beside: Readonly<Record<string, Tensor>>
}

function namesOf({ constants, beside }: GivenBeside): string[] {
  return [...Object.keys(constants), ...Object.keys(beside)]
}

/** @throws RadversaryError usage, io-failed, tensor-invalid. */
async function besideOf(texts: readonly string[]): Promise<GivenBeside> {
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
