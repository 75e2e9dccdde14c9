import { isFloating, isNumeric } from '../onnx/data-type.ts'
import { valueAt } from './card-place.ts'
import type { FurtherInput } from './further-inputs.ts'
import type { ModelFacts, Obstacle, OutputFacts, TensorFacts } from './model-facts.ts'

/** Whether images can be put into an input: numbers, [N, C, H, W] or [N, C, D, H, W]. */
export function canBeImage({ shape, dataType }: TensorFacts): boolean {
  return (
    (dataType === undefined || isNumeric(dataType)) &&
    (shape.length === 0 || shape.length === 4 || shape.length === 5)
  )
}

/** Inputs beside the image of which the card says nothing, and outputs that hold no scores. */
export function portObstacles(facts: ModelFacts, card: Readonly<Record<string, unknown>>): Obstacle[] {
  const input = facts.inputs.find(({ name }) => name === valueAt(card, 'input.name'))
  const output = facts.outputs.find(({ name }) => name === valueAt(card, 'output.name'))
  return [
    ...(isSuppressed(facts) ? [] : outputObstacles(facts.outputs, output)),
    ...inputObstacles(facts, { image: input, output, known: objectIn(card['inputs']) }),
  ]
}

/** What is said of detectors that end in suppression is said of their graph. */
export function isSuppressed({ suppression, isSuppressedTwice }: ModelFacts): boolean {
  return suppression !== undefined || isSuppressedTwice === true
}

interface ChosenPorts {
  readonly image: TensorFacts | undefined
  readonly output: OutputFacts | undefined
  /** Inputs of which the card says what they are, by name. */
  readonly known: object
}

function inputObstacles({ inputs, outputs }: ModelFacts, { image, output, known }: ChosenPorts): Obstacle[] {
  const read = output?.reads ?? (outputs.length === 1 ? outputs[0]?.reads : undefined) ?? []
  const further = inputs.filter(
    ({ name }) => image !== undefined && name !== image.name && read.includes(name) && !(name in known),
  )
  if (further.length > 0) return [furtherInputs(image?.name ?? '', further)]
  if (inputs.length !== 1 || inputs.some(canBeImage)) return []
  return [
    {
      of: 'run',
      message: `Model: expected an image [N, C, rows, columns] as input, got ${inWords(inputs)}`,
      tip: 'Export the part of the model that takes images.',
    },
  ]
}

function furtherInputs(image: string, further: readonly TensorFacts[]): Obstacle {
  return {
    of: 'run',
    message: `Model: expected one input, '${image}', got others that its output needs: ${inWords(further)}`,
    tip: `Say in the card where their values come from, e.g. ${JSON.stringify({ inputs: proposedInputs(further) })} (docs/model-card.md), or fix them to constants when exporting the model.`,
  }
}

function outputObstacles(outputs: readonly OutputFacts[], chosen: OutputFacts | undefined): Obstacle[] {
  const meant = chosen === undefined ? outputs : [chosen]
  if (meant.length === 0 || meant.some(({ dataType }) => isScore(dataType))) return []
  const ends = meant.map(({ name, dataType, finalOp }) => {
    const made = finalOp === undefined ? '' : ` of ${finalOp}`
    return `'${name}' (${dataType ?? 'a sequence or a map'}${made})`
  })
  return [
    {
      of: 'run',
      message: `Model: expected an output of floating-point scores, got ${ends.join(', ')}`,
      tip: 'Export the scores that this comes from as an output (the input of ArgMax or TopK, or what a ZipMap packs): labels have no differentiable path to the image.',
    },
  ]
}

/** Whether an output holds numbers that may be scores. */
export function isScore(dataType: TensorFacts['dataType']): boolean {
  return dataType === undefined || (dataType !== null && isFloating(dataType))
}

/** Fields of a card that inputs of these names and types may need. */
function proposedInputs(further: readonly TensorFacts[]): Record<string, FurtherInput> {
  return Object.fromEntries(further.map((input) => [input.name, proposedInput(input)]))
}

function proposedInput({ name, dataType, shape }: TensorFacts): FurtherInput {
  const attribute = attributes.find(([pattern]) => pattern.test(name))
  if (dataType === 'bool' || /train/i.test(name)) return { kind: 'constant', value: false }
  if (shape.length >= 4) return { kind: 'arrays', folder: `${name.replace(/\W+/g, '-')}s` }
  if (attribute !== undefined) return { kind: 'attribute', ...attribute[1] }
  return { kind: 'table', file: 'inputs.csv', column: name }
}

const attributes: readonly (readonly [RegExp, Omit<Extract<FurtherInput, { kind: 'attribute' }>, 'kind'>])[] =
  [
    [/(^|[^a-z])age/i, { attribute: 'PatientAge' }],
    [/sex|gender/i, { attribute: 'PatientSex', values: { M: 0, F: 1 } }],
    [/spacing/i, { attribute: 'PixelSpacing' }],
    [/thickness/i, { attribute: 'SliceThickness' }],
    [/weight/i, { attribute: 'PatientWeight' }],
  ]

function objectIn(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function inWords(tensors: readonly TensorFacts[]): string {
  return tensors
    .map(
      ({ name, dataType, shape }) =>
        `'${name}' (${dataType ?? 'float32'} [${shape.map((extent) => extent ?? '?').join(', ')}])`,
    )
    .join(', ')
}
