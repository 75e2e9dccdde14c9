import { cardInvalid } from './card-issues.ts'
import { cardSchemaVersion, namesOf, parseCard, type ModelCard } from './card.ts'
import { classesInMetadata } from './card-metadata.ts'
import { logitCount } from './heads.ts'
import { missingFields, type JsonObject } from './card-missing.ts'
import { classExtent, type ModelFacts, type TensorFacts } from './model-facts.ts'
import { graphChannels } from './slices.ts'
import { volumeFacts } from './volume.ts'
import { detectionContradictions, suppressedOutput } from './propose-detection.ts'

export interface ProposedCard {
  readonly card: ModelCard
  /** Fields that were read off the model, e.g. ['input.name', 'input.layout']; all others were given. */
  readonly proposed: readonly string[]
}

/**
 * A whole card from what is `given` (parsed JSON, any part of a card; it wins) and what the model file says.
 * Throws ONE `card-invalid` that lists every field that neither tells, with the reason and an example, or
 * every field that is wrong or contradicts the model.
 */
export function proposeCard(facts: ModelFacts, given: unknown = {}): ProposedCard {
  if (!isObject(given)) throw cardInvalid(['expected a JSON object'], facts.file)
  const readable = readOff(facts, given)
  const merged = merge(readable, given)
  const missing = missingFields(merged, facts)
  if (missing.length > 0) throw cardInvalid(missing, facts.file)
  const card = parseCard(merged, facts.file)
  const contradictions = contradictionsOf(card, facts)
  if (contradictions.length > 0) throw cardInvalid(contradictions, facts.file)
  return { card, proposed: leavesOf(readable).filter((field) => !has(given, field.split('.'))) }
}

function readOff(facts: ModelFacts, given: JsonObject): JsonObject {
  const fileName = facts.file.split(/[\\/]/).at(-1) ?? facts.file
  return defined({
    schema: cardSchemaVersion,
    file: fileName,
    name: fileName.replace(/\.[^.]+$/, ''),
    task: taskOf(facts, given),
    input: inputOf(facts, given),
    output: outputOf(facts, given),
    provenance: defined({ sha256: facts.sha256 }),
  })
}

/**
 * An output of four axes has a prediction for each pixel; a graph that ends in NonMaxSuppression looks for
 * boxes.
 */
function taskOf({ outputs, suppression }: ModelFacts, given: JsonObject): ModelCard['task'] {
  if (suppression !== undefined) return 'detection'
  return (named(outputs, given['output'])?.shape.length ?? 0) >= 4 ? 'segmentation' : 'classification'
}

function inputOf({ inputs }: ModelFacts, given: JsonObject): JsonObject {
  const input = named(inputs, given['input'])
  if (input?.shape.length === 5) return { name: input.name, ...volumeFacts(input.shape) }
  if (input?.shape.length !== 4) return defined({ name: input?.name })
  const [, second, third, fourth] = input.shape
  const slices = sliceCount(given)
  const first = isChannels(second, slices)
  const last = isChannels(fourth, slices)
  if (first === last) return { name: input.name }
  const [found, rows, columns] = first ? [second, third, fourth] : [fourth, second, third]
  const channels = slices === undefined ? found : 1
  const size = typeof rows === 'number' && typeof columns === 'number' ? [rows, columns] : undefined
  return defined({ name: input.name, layout: first ? 'NCHW' : 'NHWC', channels, size })
}

function outputOf(facts: ModelFacts, given: JsonObject): JsonObject {
  const { outputs, metadata } = facts
  const classes = classesInMetadata(metadata)
  const output = named(outputs, given['output'])
  if ((given['task'] ?? taskOf(facts, given)) === 'detection')
    return defined({ name: output?.name, ...defined(suppressedOutput(facts)), classes })
  if (output === undefined) return {}
  if (given['task'] === 'regression') return { name: output.name }
  const count = classExtent(output)
  const sigmoid =
    count === 1 ? 'binary-sigmoid' : typeof count === 'number' ? 'multi-label-sigmoid' : undefined
  const activation =
    output.finalOp === 'Softmax'
      ? 'softmax'
      : output.finalOp === 'Sigmoid' || count === 1
        ? sigmoid
        : undefined
  const gives = output.finalOp === 'Softmax' || output.finalOp === 'Sigmoid' ? 'probabilities' : 'logits'
  return defined({ name: output.name, activation, gives, classes })
}

/** What the card says against the graph. */
function contradictionsOf({ task, input, output }: ModelCard, facts: ModelFacts): string[] {
  const found: string[] = []
  const disagree = (field: string, said: string, graph: string) =>
    found.push(`${field}: ${said}, but the model's is ${graph}`)
  const graphInput = facts.inputs.find(({ name }) => name === input.name)
  const graphOutput = facts.outputs.find(({ name }) => name === output.name)
  if (!graphInput) disagree('input.name', input.name, facts.inputs.map(({ name }) => name).join(' or '))
  if (!graphOutput && task !== 'detection')
    disagree('output.name', output.name, facts.outputs.map(({ name }) => name).join(' or '))
  const channels = graphChannels(input)
  const frame = input.volume?.patch ?? input.size
  const image = input.layout === 'NCHW' ? [channels, ...frame] : [...frame, channels]
  if (graphInput && !fits(graphInput.shape.slice(1), image))
    disagree('input', `${input.layout} [N, ${image.join(', ')}]`, `[${graphInput.shape.join(', ')}]`)
  if (task === 'detection') return [...found, ...detectionContradictions(output, facts)]
  const count = 'classes' in output ? logitCount(output) : 1
  const axes = graphOutput?.shape.length ?? 0
  if (axes > 0 && (task === 'segmentation') !== (axes === (input.volume ? 5 : 4)))
    disagree(
      'task',
      task,
      `an output [${graphOutput?.shape.join(', ') ?? ''}]; that of a segmentation is [N, classes, rows, columns]`,
    )
  const outputs = graphOutput && classExtent(graphOutput)
  if (typeof outputs === 'number' && outputs !== count)
    disagree('output.classes', `${namesOf({ output }).length} (${output.activation})`, `${outputs} outputs`)
  return found
}

function fits(shape: TensorFacts['shape'], extents: readonly number[]): boolean {
  return (
    shape.length === extents.length &&
    shape.every((extent, i) => typeof extent !== 'number' || extent === extents[i])
  )
}

/** The tensor that the card names, or the only one. */
function named<T extends TensorFacts>(tensors: readonly T[], given: unknown): T | undefined {
  const name = isObject(given) ? given['name'] : undefined
  return name === undefined
    ? tensors.length === 1
      ? tensors[0]
      : undefined
    : tensors.find((one) => one.name === name)
}

/** Neighbouring slices, as far as the card says that they are the channels. */
function sliceCount({ input }: JsonObject): number | undefined {
  const slices = isObject(input) ? input['slices'] : undefined
  const count = isObject(slices) ? slices['count'] : undefined
  return typeof count === 'number' ? count : undefined
}

function isChannels(extent: TensorFacts['shape'][number] | undefined, slices: number | undefined): boolean {
  return slices === undefined ? extent === 1 || extent === 3 : extent === slices
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function defined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

/** `given` over `proposed`, object by object. */
function merge(proposed: JsonObject, given: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...proposed }
  for (const [key, value] of Object.entries(given)) {
    const below = proposed[key]
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
