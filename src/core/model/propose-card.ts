import { RadversaryError } from '../errors.ts'
import type { Task } from '../tasks/outputs.ts'
import { rulesOf } from '../tasks/tasks.ts'
import { cardInvalid, isOwnWords, issueInWords, type CardIssue } from './card-issues.ts'
import { checkCard, parseCard, type ModelCard } from './card.ts'
import {
  has,
  isObject,
  keysOf,
  leavesOf,
  merge,
  placeOf,
  valueAt,
  withValue,
  type JsonObject,
} from './card-place.ts'
import {
  classExtent,
  type ModelFacts,
  type Obstacle,
  type ObstaclesOf,
  type TensorFacts,
} from './model-facts.ts'
import { portObstacles } from './port-obstacles.ts'
import { headNotes, readOff, scoresOf, suggestedFields, taskOf } from './read-off.ts'
import type { SidecarField, SidecarReading } from './sidecars/sidecar.ts'
import { cardOf } from './sidecars/card-of.ts'
import { readSidecars } from './sidecars/sidecars.ts'
import { graphChannels } from './slices.ts'
import { graphFrame } from './volume.ts'
import { exampleOf, type CardField } from './card-fields.ts'
import { cardSections } from './card-sections.ts'

/**
 * Where proposed fields were read that the graph does not say, e.g. {mean: 'config.json:
 * pretrained_cfg.mean'}.
 */
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
  /** What the model's file and what lies beside it say of a card, whatever is given. */
  readonly readOff: JsonObject
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
  const known = merge(beside, given)
  const readable = merge(beside, readOff(facts, known))
  const draft = merge(readable, given)
  return {
    draft,
    readOff: readable,
    proposed: leavesOf(readable).filter((field) => !has(given, keysOf(field))),
    sources: Object.fromEntries(fields.map(({ field, from }) => [field, from])),
    missing: missingFields(draft, facts, rulesOf(taskOf(facts, known)).fields),
    obstacles: [
      ...headNotes(facts, known),
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
  const asked = fields.filter(({ field }) => !has(given, keysOf(field)))
  const graph = readOff(facts, merge(cardOf(asked), given))
  const isOfSlices = asked.some(({ field, value }) => field === 'input.volume.patch' && isOfOneSlice(value))
  const said = asked.filter(
    ({ field }) =>
      (suggestedFields.includes(field) || valueAt(graph, field) === undefined) &&
      (isOfSlices || suits(facts, field)),
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

function isOfOneSlice(patch: unknown): boolean {
  return Array.isArray(patch) && patch[0] === 1
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
  const known = merge(cardOf(fields), given)
  const output = scoresOf(facts.outputs, known)
  const extent = output && isRowOrDense(taskOf(facts, known)) ? classExtent(output) : undefined
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

/** As `proposeCard`, but each field's fault is returned and none thrown, so that a form can show it. */
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
        ? { field, message: isOwnWords(message) ? message : 'expected a value', isMissing: true }
        : { field, message, isMissing: false },
    ),
  ].filter(({ field }, place, each) => each.findIndex((one) => one.field === field) === place)
  return { ...drafted, issues: all, card: all.length === 0 ? card : undefined }
}

/** The tensors that a card names: scores and boxes. */
function tensorsIn(draft: JsonObject): [scores: string | undefined, boxes: string | undefined] {
  const nameAt = (field: string) => {
    const name = valueAt(draft, field)
    return typeof name === 'string' ? name : undefined
  }
  return [nameAt('output.name'), nameAt('output.boxes.name')]
}

/** A draft with null where a field is missing. */
export function withNulls(draft: JsonObject, missing: readonly MissingField[]): JsonObject {
  return missing.reduce((whole, { field }) => withValue(whole, field, null), draft)
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
  const frame = graphFrame(input, graphInput?.shape.length)
  const image = input.layout === 'NCHW' ? [channels, ...frame] : [...frame, channels]
  if (graphInput && !fits(graphInput.shape.slice(1), image))
    disagree('input', `${input.layout} [N, ${image.join(', ')}]`, `[${graphInput.shape.join(', ')}]`)
  for (const [name, given] of Object.entries(card.inputs ?? {})) {
    const found = facts.inputs.find((each) => each.name === name)
    if (found === undefined)
      disagree(
        placeOf(['inputs', name]),
        'an input beside the image',
        facts.inputs.map((each) => each.name).join(', '),
      )
    else if (given.kind !== 'constant' && found.shape.length === 0 && found.dataType !== undefined)
      disagree(placeOf(['inputs', name]), 'a value for each image', 'one for all, []')
  }
  return [...found, ...rulesOf(card.task).contradictions(card, facts)]
}

function fits(shape: TensorFacts['shape'], extents: readonly number[]): boolean {
  return (
    shape.length === extents.length &&
    shape.every((extent, i) => typeof extent !== 'number' || extent === extents[i])
  )
}

/** A field that is not there, why the file doesn't say it, why it matters, and what it may look like. */
interface MissingField {
  readonly field: string
  readonly why: string
  readonly reason: string
  readonly example: string
}

/** Every field of `card` that is not there, or null. @param ofTask what its task asks of its output */
function missingFields(card: JsonObject, facts: ModelFacts, ofTask: readonly CardField[]): MissingField[] {
  return cardSections(ofTask)
    .flatMap(({ fields }) => fields)
    .flatMap((each) => {
      const { field, reason, unsaid } = each
      if (unsaid === undefined || (valueAt(card, field) ?? undefined) !== undefined) return []
      return [{ field, why: unsaid(facts), reason, example: exampleOf(each, facts, card) }]
    })
}

/** A line of an error's list. */
function missingInWords({ field, why, reason, example }: MissingField): string {
  return `${field}: missing; ${why}. ${reason} Example: ${example}`
}
