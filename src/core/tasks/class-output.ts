import type { CardIssue } from '../model/card-issues.ts'
import { classesInMetadata } from '../model/card-metadata.ts'
import type { JsonObject } from '../model/card-place.ts'
import { namesOf, type ModelCard } from '../model/card.ts'
import {
  classExtent,
  isRow,
  type ModelFacts,
  type OutputFacts,
  type TensorFacts,
} from '../model/model-facts.ts'
import { logitCount } from './classification/heads.ts'

/** Dense outputs of more channels are features: a mask holds class indices in bytes. */
const mostDenseClasses = 255

/** Whether an output may hold scores of images or of pixels. @param extents beyond the batch */
export function canBeClasses(extents: TensorFacts['shape']): boolean {
  if (isRow(extents)) return true
  if (extents.length === 2) return false
  const [channels] = extents
  return extents.length < 3 || typeof channels !== 'number' || channels <= mostDenseClasses
}

/** Whether an output has a prediction for each pixel: four axes, of which several are longer than 1. */
export function isDenseOutput({ shape }: TensorFacts): boolean {
  return shape.length >= 4 && !isRow(shape.slice(1))
}

/** The card's `output` of classes, as far as the graph shows it. */
export function proposeClasses({ metadata }: ModelFacts, output: OutputFacts | undefined): JsonObject {
  if (output === undefined) return {}
  const count = classExtent(output)
  const sigmoid =
    count === 1 ? 'binary-sigmoid' : typeof count === 'number' ? 'multi-label-sigmoid' : undefined
  const activation = output.finalOp?.endsWith('Softmax') === true && count !== 1 ? 'softmax' : undefined
  const ofEach = output.finalOp === 'Sigmoid' || count === 1 ? sigmoid : undefined
  const gives = givesProbabilities(output) ? 'probabilities' : 'logits'
  return { name: output.name, activation: activation ?? ofEach, gives, classes: classesInMetadata(metadata) }
}

/** Whether an output is made by an activation, however it is spelled, or can't leave [0, 1]. */
function givesProbabilities({ finalOp, inUnit }: OutputFacts): boolean {
  return finalOp === 'Softmax' || finalOp === 'Sigmoid' || inUnit === true
}

/** What a card of rows or of pixels says against its output. */
export function outputContradictions(
  { task, input, output }: ModelCard,
  { inputs, outputs }: ModelFacts,
  isDense: boolean,
): CardIssue[] {
  const found: CardIssue[] = []
  const disagree = (field: string, said: string, graph: string) =>
    found.push({ field, message: `${said}, but the model's is ${graph}` })
  const graphOutput = outputs.find(({ name }) => name === output.name)
  if (!graphOutput) {
    disagree('output.name', output.name, outputs.map(({ name }) => name).join(' or '))
    return found
  }
  const { shape } = graphOutput
  const graphInput = inputs.find(({ name }) => name === input.name)
  const isImage = shape.length === (graphInput?.shape.length ?? (input.volume ? 5 : 4))
  const isRows = shape.length > 1 && isRow(shape.slice(1))
  if (shape.length > 0 && !isRows && isDense !== isImage)
    disagree(
      'task',
      task,
      `an output [${shape.join(', ')}]; that of a segmentation is [N, classes, rows, columns]`,
    )
  const extent = classExtent(graphOutput)
  const count = 'classes' in output ? logitCount(output) : 1
  if (typeof extent === 'number' && extent !== count)
    disagree('output.classes', `${namesOf({ output }).length} (${output.activation})`, `${extent} outputs`)
  if ('gives' in output && output.gives === 'logits' && givesProbabilities(graphOutput))
    disagree(
      'output.gives',
      '"logits"',
      `an output that ends in ${graphOutput.finalOp ?? 'probabilities'}: "probabilities"`,
    )
  return found
}
