import { dirname, join } from 'node:path'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { namingFile, RadversaryError } from '../../core/errors.ts'
import { createOnnxModel, differentiable, type OnnxGraphOptions } from '../../core/autodiff/onnx-model.ts'
import type { OutputActivation } from '../../core/autodiff/logits.ts'
import { outputs } from '../../core/tasks/outputs.ts'
import type { TaskRules } from '../../core/tasks/rules.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import { parseJson, type ModelCard, type ModelOutput } from '../../core/model/card.ts'
import { featureModel, featureName } from '../../core/model/feature-graph.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { besideNames, constantInputs } from '../../core/model/further-inputs.ts'
import { greyInputOf } from '../../core/model/preprocessing/channels.ts'
import { isObject, type JsonObject } from '../../core/model/card-place.ts'
import { withPreset } from '../../core/model/card-presets.ts'
import {
  draftCard,
  proposeCard,
  withNulls,
  type CardDraft,
  type ProposedCard,
} from '../../core/model/propose-card.ts'
import type { Obstacle } from '../../core/model/model-facts.ts'
import type { Combination } from '../../core/spec/presets.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import { decodeModel } from '../../core/onnx/codec.ts'
import { readModelFile, type ModelFile, type ReadModel } from './read-model.ts'
import type { JobHooks } from '../progress.ts'
import { logitCount } from '../../core/tasks/classification/heads.ts'
import { connectVolume } from './connect-volume.ts'
import { isFile, modelsFolder, storedModelFile } from './home.ts'
import { tfjsPath, type ModelRuntime } from './tfjs-model-file.ts'
import { sampleRangeOf, sampleShapeOf } from './sample-shape.ts'

export interface ModelReference {
  /** A file's path, or the name of a model that was added. */
  readonly model: string
  /** The card's path; by default the one beside the file. */
  readonly card?: string | undefined
  /** The card itself, as parsed JSON, in the place of its file. */
  readonly given?: unknown
  /** Names of presets that go before what the card says, one after the other. */
  readonly presets?: readonly string[] | undefined
  readonly home: string
  /** Runtime of a TensorFlow.js model; `auto` by default. */
  readonly runtime?: ModelRuntime | undefined
}

/** A model and what it says of images. */
export interface OpenedModel extends ModelFile, ProposedCard {
  /** Where the files that its card names are: beside the card. */
  readonly folder: string
  /** For a quantised model, where it is asked for: how its gradients pass the rounding. */
  readonly straightThrough?: 'gradients' | undefined
  /** Models that it is attacked together with, as one. */
  readonly ensemble?: Ensemble | undefined
}

/** The other models of an ensemble, and what of all is averaged. */
export interface Ensemble {
  readonly combination: Combination
  readonly others: readonly OpenedModel[]
}

/** What a connected model depends on of its card; everything else is of images, or words. */
export type ConnectableCard = Pick<
  ModelCard,
  'task' | 'input' | 'inputs' | 'interpolation' | 'normalisation' | 'mean' | 'std' | 'output'
>

/** Takes from a card what connecting needs of it, to compare it with another's. */
export function connectableCard({
  task,
  input,
  inputs,
  interpolation,
  normalisation,
  mean,
  std,
  output,
}: ConnectableCard): ConnectableCard {
  return { task, input, inputs, interpolation, normalisation, mean, std, output }
}

/** What connecting needs of an opened model. */
export interface ConnectableModel extends Pick<OpenedModel, 'path' | 'bytes' | 'externalData' | 'tfjs'> {
  readonly card: ConnectableCard
  /** Inner tensors whose features are to be the output instead (`featureModel`). */
  readonly inner?: readonly string[] | undefined
  /** Whether the output is to be what the card's output gives, not the logits before it. */
  readonly isRaw?: boolean | undefined
  /** As in `OnnxGraphOptions`. */
  readonly straightThrough?: OnnxGraphOptions['straightThrough']
}

/**
 * Finds a model and its card. @throws RadversaryError usage for a model that is neither file nor name;
 * card-invalid, listing every field that is missing or wrong; io-failed; model-unreadable.
 */
export async function openModel(reference: ModelReference): Promise<OpenedModel> {
  const { file, given, cardFile } = await readReference(reference)
  const { obstaclesOf, ...rest } = file
  const propose = () => proposeCard(file.facts, given, obstaclesOf)
  const proposed = cardFile === undefined ? propose() : namingFile(cardFile, propose)
  return { ...rest, ...proposed, folder: dirname(cardFile ?? file.path) }
}

/** A model and as much of its card as there is. */
export interface ShownModel extends ModelFile, Omit<CardDraft, 'draft' | 'readOff'> {
  /** The whole card, or a draft of it with null for what is missing. */
  readonly card: ModelCard | JsonObject
  /** Where the card is whole. */
  readonly opened: OpenedModel | undefined
}

/**
 * What can be said of any model that can be read, whether it can be used or not. @throws RadversaryError as
 * `openModel`, but card-invalid only for a card that is wrong.
 */
export async function showModel(reference: ModelReference): Promise<ShownModel> {
  const { file, given, cardFile } = await readReference(reference)
  const { obstaclesOf, ...plain } = file
  return namingFile(cardFile ?? file.path, () => {
    const { draft, readOff: _, ...rest } = draftCard(file.facts, given, obstaclesOf)
    const isWhole = rest.missing.length === 0 && rest.obstacles.every((each) => each.of !== 'run')
    if (!isWhole) return { ...plain, ...rest, opened: undefined, card: withNulls(draft, rest.missing) }
    const proposed = proposeCard(file.facts, given, obstaclesOf)
    const opened = { ...plain, ...proposed, folder: dirname(cardFile ?? file.path) }
    return { ...plain, ...rest, opened, card: proposed.card }
  })
}

/** Whether gradients go straight through a graph's rounding: where that is asked for, and where it rounds. */
export function goesStraight(
  { straightThrough }: { readonly straightThrough?: boolean | undefined },
  obstacles: readonly Obstacle[],
  { onNotice }: JobHooks,
): boolean {
  if (straightThrough !== true) return false
  const rounds = obstacles.some((each) => each.isRounding === true)
  if (!rounds) onNotice?.('The model is not quantised: --straight-through changes nothing.')
  return rounds
}

export interface ReadReference {
  readonly file: ReadModel
  /** The card's JSON and where it is, where there is one. */
  readonly given: unknown
  readonly cardFile: string | undefined
}

/** A model's file and what its card says, as it is. @param read for a caller that keeps what it has read */
export async function readReference(reference: ModelReference, read = readModelFile): Promise<ReadReference> {
  const { model, card, presets = [], home, runtime } = reference
  const path = await pathOf(model, home)
  const isGiven = reference.given !== undefined
  const cardFile = card ?? (isGiven ? undefined : await cardBeside(path))
  const said = isGiven || cardFile === undefined ? (reference.given ?? {}) : await readJson(cardFile)
  const given = isObject(said) ? presets.reduce(withPreset, said) : said
  const file = await read(path, {
    runtime,
    inputShape: sampleShapeOf(given),
    inputRange: sampleRangeOf(given),
  })
  return { file, given, cardFile }
}

async function readJson(path: string): Promise<unknown> {
  return parseJson(new TextDecoder().decode(await readBytes({ path })), path)
}

/**
 * The model ready to be run and differentiated. TensorFlow.js is loaded where a model needs it: half a
 * second.
 */
export async function connectModel(
  { path, bytes, externalData, card, tfjs, inner, straightThrough, isRaw = false }: ConnectableModel,
  runtime: Runtime,
): Promise<DifferentiableModel> {
  const { output } = card
  const beside = { constants: constantInputs(card.inputs), besideNames: besideNames(card.inputs) }
  const names = { file: path, inputName: card.input.name }
  const common = { externalData, runtime, straightThrough, ...names, ...beside, grey: greyInputOf(card) }
  if (tfjs?.backend !== undefined && card.inputs !== undefined)
    throw needsOnnx('a model with inputs beside the image', path)
  if (inner !== undefined) return connectFeatures({ path, bytes, tfjs, common }, inner)
  const rules = rulesOf(card.task)
  const joined = rules.joined?.bind(rules)
  if (joined !== undefined)
    return isRaw
      ? connectTensor({ path, bytes, tfjs, common }, output.name)
      : connectJoined({ path, bytes, tfjs, common }, joined, output)
  const activation = isRaw ? 'none' : activationOf(output)
  const [isOneRow, checkLogits] = [!outputs[card.task].isDense, isRaw ? undefined : rules.claim(card)]
  if (tfjs?.backend !== undefined) {
    if (card.input.volume !== undefined) throw volumeOfTfjs(path)
    const { connectTfjs } = await import('./connect-tfjs.ts')
    return connectTfjs(path, tfjs, { output: card.output.name, activation, isOneRow, checkLogits })
  }
  const { volume } = card.input
  const options = { ...common, bytes, outputName: card.output.name, activation, isOneRow, checkLogits }
  if (volume === undefined) return createOnnxModel(options)
  const { interpolation } = card
  const logits = 'classes' in output ? logitCount(output) : 1
  return connectVolume(options, { volume, interpolation, isDense: outputs[card.task].isDense, logits })
}

interface GraphToChange extends Pick<ConnectableModel, 'path' | 'bytes' | 'tfjs'> {
  /** What is reported of the model however its graph is changed. */
  readonly common: OnnxGraphOptions
}

function connectFeatures(
  { path, bytes, tfjs, common }: GraphToChange,
  inner: readonly string[],
): Promise<DifferentiableModel> {
  if (tfjs?.backend !== undefined) throw needsOnnx('a model with inner tensors', path)
  const model = namingFile(path, () => featureModel(decodeModel(bytes), inner))
  return differentiable(model, { ...common, outputName: featureName, activation: 'none' })
}

/** Error about a model that TensorFlow.js runs, and that has to be ONNX. */
export function needsOnnx(what: string, file: string): RadversaryError {
  return new RadversaryError(
    'model-unsupported',
    `Model: expected ${what} that is ONNX, got one that TensorFlow.js runs`,
    {
      file,
      tip: 'Use --runtime onnx, which converts it.',
    },
  )
}

/** Any tensor of its graph as the output. */
function connectTensor(
  { path, bytes, tfjs, common }: GraphToChange,
  name: string,
): Promise<DifferentiableModel> {
  if (tfjs?.backend !== undefined) throw needsOnnx('a model of several outputs', path)
  const model = namingFile(path, () => decodeModel(bytes))
  const graph = { ...model.graph, outputs: [{ name, dataType: null, shape: null }] }
  return differentiable({ ...model, graph }, { ...common, outputName: name, activation: 'none' })
}

/** Its graph gets one output in the place of several. */
function connectJoined(
  { path, bytes, tfjs, common }: GraphToChange,
  joined: NonNullable<TaskRules['joined']>,
  output: ModelOutput,
): Promise<DifferentiableModel> {
  if (tfjs?.backend !== undefined) throw needsOnnx('a model of several outputs', path)
  const { model, name } = namingFile(path, () => joined(decodeModel(bytes), output))
  return differentiable(model, { ...common, outputName: name, activation: 'none' })
}

function volumeOfTfjs(file: string): RadversaryError {
  return new RadversaryError(
    'model-unsupported',
    'Model: expected a network of volumes that is ONNX, got one that TensorFlow.js runs',
    { file },
  )
}

function activationOf(output: ModelOutput): OutputActivation {
  if (!('gives' in output) || output.gives === 'logits') return 'none'
  return output.activation === 'softmax' ? 'softmax' : 'sigmoid'
}

async function pathOf(model: string, home: string): Promise<string> {
  if (await isFile(model)) return model
  const stored = /^[\w.-]+$/.test(model) ? await storedModelFile(join(modelsFolder(home), model)) : undefined
  const found = (await tfjsPath(model)) ?? stored
  if (found !== undefined && (await isFile(found))) return found
  throw new RadversaryError(
    'usage',
    `Model: expected an .onnx file, a model.json or the name of an added model, got ${model}`,
    {
      tip: 'Add a model with `radversary model add FILE`; `radversary model list` names those that there are.',
    },
  )
}

/** Finds the card beside a model's file; undefined where there is none. */
export async function cardBeside(modelPath: string): Promise<string | undefined> {
  for (const candidate of cardCandidates(modelPath)) if (await isFile(candidate)) return candidate
  return undefined
}

/** NAME.card.json or card.json beside NAME.onnx: paths where its card may lie, the first that does counts. */
export function cardCandidates(modelPath: string): string[] {
  return [modelPath.replace(/\.[^./\\]+$/, '') + '.card.json', join(modelPath, '..', 'card.json')]
}
