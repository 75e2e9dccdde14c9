import { RadversaryError } from '../errors.ts'
import { outputs, type Task } from '../tasks/outputs.ts'
import { canBeOutput, isTask, likelyTask, rulesOf } from '../tasks/tasks.ts'
import { cardInvalid, issueInWords, type CardIssue } from './card-issues.ts'
import { cardSchemaVersion, checkCard, parseCard, type ModelCard } from './card.ts'
import { missingFields, missingInWords, type MissingField } from './card-missing.ts'
import { isObject, valueAt, type JsonObject } from './card-place.ts'
import {
  classExtent,
  type ModelFacts,
  type Obstacle,
  type ObstaclesOf,
  type OutputFacts,
  type TensorFacts,
} from './model-facts.ts'
import { canBeImage, isScore, portObstacles } from './port-obstacles.ts'
import type { SidecarField, SidecarReading } from './sidecars/sidecar.ts'
import { cardOf, readSidecars } from './sidecars/sidecars.ts'
import { graphChannels } from './slices.ts'
import { volumeFacts } from './volume.ts'

/** Where proposed fields were read that the graph does not say, e.g. {mean: 'config.json: pretrained_cfg.mean'}. */
export type FieldSources = Readonly<Record<string, string>>

export interface ProposedCard {
  readonly card: ModelCard
  /** Fields that were read off the model, e.g. ['input.name', 'input.layout']; all others were given. */
  readonly proposed: readonly string[]
  readonly sources: FieldSources
  /** What some jobs can't do with. */
  readonly obstacles: readonly Obstacle[]
}

/** As much of a card as a model file and what is given say. */
export interface CardDraft {
  readonly draft: JsonObject
  readonly proposed: readonly string[]
  readonly sources: FieldSources
  readonly missing: readonly MissingField[]
  /** What keeps jobs from being done with this model, whatever the card says. */
  readonly obstacles: readonly Obstacle[]
}

/**
 * A whole card from what is `given` (parsed JSON, any part of a card; it wins) and what the model file says.
 * Throws `model-unsupported` for a graph that no card makes usable, and ONE `card-invalid` that lists every
 * field that neither says, with the reason and an example, or every field that is wrong or contradicts the
 * model.
 */
export function proposeCard(
  facts: ModelFacts,
  given: unknown = {},
  obstaclesOf: ObstaclesOf = () => [],
): ProposedCard {
  const { draft, proposed, sources, missing, obstacles } = draftCard(facts, given, obstaclesOf)
  const obstacle = obstacles.find((each) => each.of === 'run')
  if (obstacle !== undefined)
    throw new RadversaryError('model-unsupported', obstacle.message, { tip: obstacle.tip, file: facts.file })
  if (missing.length > 0) throw cardInvalid(missing.map(missingInWords), facts.file)
  const card = parseCard(draft, facts.file)
  const contradictions = contradictionsOf(card, facts)
  if (contradictions.length > 0) throw cardInvalid(contradictions.map(issueInWords), facts.file)
  return { card, proposed, sources, obstacles }
}

/** What is known of a model's card so far. Throws `card-invalid` for what is `given` and no JSON object. */
export function draftCard(
  facts: ModelFacts,
  given: unknown = {},
  obstaclesOf: ObstaclesOf = () => [],
): CardDraft {
  if (!isObject(given)) throw cardInvalid(['expected a JSON object'], facts.file)
  const { fields, notes } = besideModel(facts, given)
  const beside = cardOf(fields)
  const readable = merge(beside, readOff(facts, merge(beside, given)))
  const draft = merge(readable, given)
  return {
    draft,
    proposed: leavesOf(readable).filter((field) => !has(given, field.split('.'))),
    sources: Object.fromEntries(fields.map(({ field, from }) => [field, from])),
    missing: missingFields(draft, facts, rulesOf(taskOf(facts, given)).fields),
    obstacles: [
      ...headNotes(facts, given),
      ...portObstacles(facts, draft),
      ...obstaclesOf(...tensorsIn(draft)),
      ...notes.map((message) => ({ of: 'note', message, tip: 'What the card says wins.' }) as const),
    ],
  }
}

/**
 * What files beside the model say that neither the card nor the graph does; what they say against the graph
 * is a note.
 */
function besideModel(facts: ModelFacts, given: JsonObject): SidecarReading {
  const { fields, notes } = readSidecars(facts)
  const asked = fields.filter(({ field }) => !has(given, field.split('.')))
  const graph = readOff(facts, merge(cardOf(asked), given))
  const said = asked.filter(
    ({ field }) => (field === 'task' || valueAt(graph, field) === undefined) && suits(facts, field),
  )
  const against = [
    ...asked.flatMap((each) => contradiction(each, valueAt(graph, each.field))),
    ...miscounted(said, facts, given),
  ]
  return {
    fields: against.length > 0 ? said.filter((each) => miscounted([each], facts, given).length === 0) : said,
    notes: said.length > 0 ? [...against, ...notes] : [],
  }
}

/** Volumes are for graphs that take them. */
function suits({ inputs }: ModelFacts, field: string): boolean {
  return !field.startsWith('input.volume') || inputs.some(({ shape }) => shape.length === 5)
}

function contradiction({ field, value, from }: SidecarField, graph: unknown): string[] {
  const [said, known] = [JSON.stringify(value), JSON.stringify(graph)]
  return graph === undefined || said === known ? [] : [`${from} says ${field} is ${said}, the graph ${known}`]
}

/** Class names that are more or fewer than the graph gives. */
function miscounted(fields: readonly SidecarField[], facts: ModelFacts, given: JsonObject): string[] {
  const output = scoresOf(facts.outputs, given)
  const extent =
    output && isRowOrDense(taskOf(facts, merge(cardOf(fields), given))) ? classExtent(output) : undefined
  if (typeof extent !== 'number') return []
  const expected = extent === 1 ? 2 : extent
  return fields.flatMap(({ field, value, from }) =>
    field === 'output.classes' && Array.isArray(value) && value.length !== expected
      ? [`${from} names ${value.length} classes, the graph gives ${extent}`]
      : [],
  )
}

function isRowOrDense(task: Task): boolean {
  return task === 'classification' || task === 'segmentation'
}

/** What is wrong with a field of a draft, or that it is still needed, and why. */
export interface DraftIssue extends CardIssue {
  readonly isMissing: boolean
}

/** A draft, and the whole card where nothing is wrong with it. */
export interface CheckedDraft extends CardDraft {
  readonly issues: readonly DraftIssue[]
  readonly card: ModelCard | undefined
}

/** As `proposeCard`, but a fault of each field is told and none thrown, so that a form can show it. */
export function checkDraft(
  facts: ModelFacts,
  given: unknown = {},
  obstaclesOf: ObstaclesOf = () => [],
): CheckedDraft {
  const drafted = draftCard(facts, given, obstaclesOf)
  const { draft, missing } = drafted
  const { card, issues } = checkCard(draft)
  const wrong = [...issues, ...(card === undefined ? [] : contradictionsOf(card, facts))]
  const all = [
    ...missing.map(({ field, why }) => ({ field, message: why, isMissing: true })),
    ...wrong.map(({ field, message }) =>
      (valueAt(draft, field) ?? undefined) === undefined
        ? { field, message: 'expected a value', isMissing: true }
        : { field, message, isMissing: false },
    ),
  ].filter(({ field }, place, each) => each.findIndex((one) => one.field === field) === place)
  return { ...drafted, issues: all, card: all.length === 0 ? card : undefined }
}

/** The tensors that a card names: scores and boxes. */
function tensorsIn({ output }: JsonObject): [scores: string | undefined, boxes: string | undefined] {
  const nameIn = (object: unknown): string | undefined =>
    isObject(object) && typeof object['name'] === 'string' ? object['name'] : undefined
  return [nameIn(output), isObject(output) ? nameIn(output['boxes']) : undefined]
}

/** A draft with null where a field is missing. */
export function withNulls(draft: JsonObject, missing: readonly MissingField[]): JsonObject {
  return missing.reduce((whole, { field }) => withNull(whole, field.split('.')), draft)
}

function withNull(object: JsonObject, [key = '', ...rest]: readonly string[]): JsonObject {
  const below = object[key]
  if (rest.length === 0) return { ...object, [key]: null }
  return { ...object, [key]: withNull(isObject(below) ? below : {}, rest) }
}

function readOff(facts: ModelFacts, given: JsonObject): JsonObject {
  const fileName = facts.file.split(/[\\/]/).at(-1) ?? facts.file
  return defined({
    schema: cardSchemaVersion,
    file: fileName,
    name: fileName.replace(/\.[^.]+$/, ''),
    task: taskOf(facts, given),
    input: inputOf(facts, given, outputs[taskOf(facts, given)].isDense),
    output: outputOf(facts, given),
    rounding: imageOf(facts.inputs, given['input'])?.dataType === 'uint8' ? 'uint8' : undefined,
    provenance: defined({ sha256: facts.sha256 }),
  })
}

/** The given task, or the one that the graph looks like. */
function taskOf(facts: ModelFacts, given: JsonObject): Task {
  const task = given['task']
  return isTask(task) ? task : likelyTask(facts, scoresOf(facts.outputs, given))
}

/** @param isDense whether there is a prediction for each pixel */
function inputOf({ inputs }: ModelFacts, given: JsonObject, isDense: boolean): JsonObject {
  const input = imageOf(inputs, given['input'])
  if (input?.shape.length === 5) return { name: input.name, ...volumeFacts(input.shape, isDense) }
  if (input?.shape.length !== 4) return defined({ name: input?.name })
  const [, second, third, fourth] = input.shape
  const told = channelCount(given)
  const first = isChannels(second, told)
  const last = isChannels(fourth, told)
  if (first === last) return { name: input.name }
  const [found, rows, columns] = first ? [second, third, fourth] : [fourth, second, third]
  const channels = told === undefined ? found : 1
  const size = typeof rows === 'number' && typeof columns === 'number' ? [rows, columns] : undefined
  const valueRange = input.dataType === 'uint8' ? [0, 255] : undefined
  return defined({ name: input.name, layout: first ? 'NCHW' : 'NHWC', channels, size, valueRange })
}

function outputOf(facts: ModelFacts, given: JsonObject): JsonObject {
  return defined(rulesOf(taskOf(facts, given)).propose(facts, scoresOf(facts.outputs, given)))
}

/** What the card says against the graph. */
function contradictionsOf(card: ModelCard, facts: ModelFacts): CardIssue[] {
  const { input } = card
  const found: CardIssue[] = []
  const disagree = (field: string, said: string, graph: string) =>
    found.push({ field, message: `${said}, but the model's is ${graph}` })
  const graphInput = facts.inputs.find(({ name }) => name === input.name)
  if (!graphInput) disagree('input.name', input.name, facts.inputs.map(({ name }) => name).join(' or '))
  const channels = graphChannels(input)
  const frame = input.volume?.patch ?? input.size
  const image = input.layout === 'NCHW' ? [channels, ...frame] : [...frame, channels]
  if (graphInput && !fits(graphInput.shape.slice(1), image))
    disagree('input', `${input.layout} [N, ${image.join(', ')}]`, `[${graphInput.shape.join(', ')}]`)
  for (const [name, given] of Object.entries(card.inputs ?? {})) {
    const found = facts.inputs.find((each) => each.name === name)
    if (found === undefined)
      disagree(`inputs.${name}`, 'an input beside the image', facts.inputs.map((each) => each.name).join(', ')) // prettier-ignore
    else if (given.kind !== 'constant' && found.shape.length === 0 && found.dataType !== undefined)
      disagree(`inputs.${name}`, 'a value for each image', 'one for all, []')
  }
  return [...found, ...rulesOf(card.task).contradictions(card, facts)]
}

function fits(shape: TensorFacts['shape'], extents: readonly number[]): boolean {
  return (
    shape.length === extents.length &&
    shape.every((extent, i) => typeof extent !== 'number' || extent === extents[i])
  )
}

/** The tensor that the card names, or the only one that can be meant. */
function named<T extends TensorFacts>(
  tensors: readonly T[],
  given: unknown,
  canBe: (tensor: T) => boolean,
): T | undefined {
  const name = isObject(given) ? given['name'] : undefined
  if (typeof name === 'string') return tensors.find((one) => one.name === name)
  const [found, ...others] = tensors.filter(canBe)
  return others.length === 0 ? found : undefined
}

function imageOf(inputs: ModelFacts['inputs'], given: unknown): TensorFacts | undefined {
  return named(inputs, given, canBeImage)
}

function scoresOf(outputs: ModelFacts['outputs'], given: JsonObject): OutputFacts | undefined {
  const canBe = canBeScores(given)
  return named(outputs, given['output'], canBe) ?? headOf(outputs, given)?.output
}

function canBeScores(given: JsonObject): (output: OutputFacts) => boolean {
  return ({ dataType, shape }) => isScore(dataType) && canBeOutput(given['task'], shape.slice(1))
}

/** One of several outputs that may hold the scores, where the others look like help in training. */
interface Head {
  readonly output: OutputFacts
  readonly reason: string
}

function headOf(outputs: ModelFacts['outputs'], given: JsonObject): Head | undefined {
  const { output: told } = given
  const candidates = outputs.filter(canBeScores(given))
  if (candidates.length < 2 || (isObject(told) && typeof told['name'] === 'string')) return undefined
  const [plain, ...more] = candidates.filter(({ name }) => !/aux|deep|side|(^|[^a-z])ds\d/i.test(name))
  if (plain !== undefined && more.length === 0)
    return { output: plain, reason: 'the others are auxiliary by their names' }
  const bySize = candidates.toSorted((a, b) => extentIn(b) - extentIn(a))
  const [largest, next] = bySize
  const isSupervised = candidates.every(
    ({ shape }) => shape.length >= 4 && shape[1] === candidates[0]?.shape[1],
  )
  if (largest === undefined || next === undefined || !isSupervised || !(extentIn(largest) > extentIn(next)))
    return undefined
  return { output: largest, reason: 'it has the most pixels; the others look like deep supervision' }
}

/** Pixels of a dense output; NaN where they are free. */
function extentIn({ shape }: TensorFacts): number {
  return shape
    .slice(2)
    .reduce((size: number, extent) => size * (typeof extent === 'number' ? extent : NaN), 1)
}

/** Why one of several outputs is proposed; what is not computed costs nothing. */
function headNotes({ outputs }: ModelFacts, given: JsonObject): Obstacle[] {
  const head = headOf(outputs, given)
  if (head === undefined) return []
  const names = outputs.map(({ name }) => `'${name}'`).join(', ')
  return [
    {
      of: 'note',
      message: `Of the outputs ${names}, '${head.output.name}' is proposed: ${head.reason}`,
      tip: 'Give output.name in the card for another one; the others are not computed.',
    },
  ]
}

/** How many channels there are, as far as the card lists them or says that slices are the channels. */
function channelCount({ input }: JsonObject): number | undefined {
  const { channels, slices } = isObject(input) ? input : {}
  if (Array.isArray(channels)) return channels.length
  const count = isObject(slices) ? slices['count'] : undefined
  return typeof count === 'number' ? count : undefined
}

function isChannels(extent: TensorFacts['shape'][number] | undefined, told: number | undefined): boolean {
  return told === undefined ? extent === 1 || extent === 3 : extent === told
}

function defined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

/** `given` over `proposed`, object by object. */
function merge(proposed: JsonObject, given: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...proposed }
  for (const [key, value] of Object.entries(given)) {
    const below = proposed[key]
    if (value === null && below !== undefined) continue
    merged[key] = isObject(below) && isObject(value) ? merge(below, value) : value
  }
  return merged
}

function leavesOf(object: JsonObject): string[] {
  return Object.entries(object).flatMap(([key, value]) =>
    isObject(value) ? leavesOf(value).map((leaf) => `${key}.${leaf}`) : [key],
  )
}

function has(object: JsonObject, [key = '', ...rest]: readonly string[]): boolean {
  if (rest.length === 0) return key in object
  const below = object[key]
  return isObject(below) && has(below, rest)
}
