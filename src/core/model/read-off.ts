import { outputs, type Task } from '../tasks/outputs.ts'
import { canBeOutput, isTask, likelyTask, rulesOf } from '../tasks/tasks.ts'
import { defined, isObject, type JsonObject } from './card-place.ts'
import { cardSchemaVersion } from './card.ts'
import type { ModelFacts, Obstacle, OutputFacts, TensorFacts } from './model-facts.ts'
import { canBeImage, isScore } from './port-obstacles.ts'
import { volumeFacts } from './volume.ts'

/** As much of a card as the model's file says. */
export function readOff(facts: ModelFacts, given: JsonObject): JsonObject {
  const fileName = facts.file.split(/[\\/]/).at(-1) ?? facts.file
  return defined({
    schema: cardSchemaVersion,
    file: fileName,
    name: fileName.replace(/\.[^.]+$/, ''),
    task: taskOf(facts, given),
    input: inputOf(facts, given, outputs[taskOf(facts, given)].isDense),
    output: outputOf(facts, given),
    rounding: given['rounding'] ?? likelyRounding(facts, given),
    provenance: defined({ sha256: facts.sha256 }),
  })
}

/** Fields that a graph only suggests, so that files beside it may know better. */
export const suggestedFields: readonly string[] = ['task', 'rounding']

/** Images of bytes were most likely resized as such; volumes are resampled as floats. */
function likelyRounding({ inputs }: ModelFacts, given: JsonObject): string | undefined {
  const input = imageOf(inputs, given['input'])
  return input?.dataType === 'uint8' && input.shape.length === 4 ? 'uint8' : undefined
}

/** The given task, or the one that the graph looks like. */
export function taskOf(facts: ModelFacts, given: JsonObject): Task {
  const task = given['task']
  return isTask(task) ? task : likelyTask(facts, scoresOf(facts.outputs, given))
}

/** @param isDense whether there is a prediction for each pixel */
function inputOf({ inputs }: ModelFacts, given: JsonObject, isDense: boolean): JsonObject {
  const input = imageOf(inputs, given['input'])
  if (input?.shape.length === 5) return { name: input.name, ...volumeFacts(input.shape, isDense) }
  if (input?.shape.length !== 4) return defined({ name: input?.name })
  const [, second, third, fourth] = input.shape
  const said = channelCount(given)
  const first = isChannels(second, said)
  const last = isChannels(fourth, said)
  if (first === last) return { name: input.name }
  const [found, rows, columns] = first ? [second, third, fourth] : [fourth, second, third]
  // Channels that are listed are what the card or a file beside the model says.
  const channels = said === undefined ? found : listsChannels(given) ? undefined : 1
  const size = typeof rows === 'number' && typeof columns === 'number' ? [rows, columns] : undefined
  const valueRange = input.dataType === 'uint8' ? [0, 255] : undefined
  const isOfPatches = isObject(given['input']) && isObject(given['input']['volume'])
  const volume = isOfPatches && size !== undefined ? { patch: [1, ...size] } : undefined
  return defined({ name: input.name, layout: first ? 'NCHW' : 'NHWC', channels, size, volume, valueRange })
}

function outputOf(facts: ModelFacts, given: JsonObject): JsonObject {
  return defined(rulesOf(taskOf(facts, given)).propose(facts, scoresOf(facts.outputs, given)))
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

/** The output that holds the scores, as far as it is known. */
export function scoresOf(outputs: ModelFacts['outputs'], given: JsonObject): OutputFacts | undefined {
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
  const { output } = given
  const candidates = outputs.filter(canBeScores(given))
  if (candidates.length < 2 || (isObject(output) && typeof output['name'] === 'string')) return undefined
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
export function headNotes({ outputs }: ModelFacts, given: JsonObject): Obstacle[] {
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

function listsChannels({ input }: JsonObject): boolean {
  return isObject(input) && Array.isArray(input['channels'])
}

function isChannels(extent: TensorFacts['shape'][number] | undefined, said: number | undefined): boolean {
  return said === undefined ? extent === 1 || extent === 3 : extent === said
}
