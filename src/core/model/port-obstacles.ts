import { isFloating, isNumeric } from '../onnx/data-type.ts'
import type { ModelFacts, Obstacle, OutputFacts, TensorFacts } from './model-facts.ts'

/** Whether images can be put into an input: numbers, [N, C, H, W] or [N, C, D, H, W]. */
export function canBeImage({ shape, dataType }: TensorFacts): boolean {
  return (
    (dataType === undefined || isNumeric(dataType)) &&
    (shape.length === 0 || shape.length === 4 || shape.length === 5)
  )
}

/** What no card can mend: inputs beside the image, and outputs that hold no scores. */
export function portObstacles(facts: ModelFacts, card: Readonly<Record<string, unknown>>): Obstacle[] {
  const input = facts.inputs.find(({ name }) => name === nameIn(card['input']))
  const output = facts.outputs.find(({ name }) => name === nameIn(card['output']))
  return [
    ...(isSuppressed(facts) ? [] : outputObstacles(facts.outputs, output)),
    ...inputObstacles(facts, input, output),
  ]
}

/** What is said of detectors that end in suppression is said of their graph. */
export function isSuppressed({ suppression, isSuppressedTwice }: ModelFacts): boolean {
  return suppression !== undefined || isSuppressedTwice === true
}

function inputObstacles(
  { inputs, outputs }: ModelFacts,
  image: TensorFacts | undefined,
  output: OutputFacts | undefined,
): Obstacle[] {
  const read = output?.reads ?? (outputs.length === 1 ? outputs[0]?.reads : undefined) ?? []
  const further = inputs.filter(
    ({ name }) => image !== undefined && name !== image.name && read.includes(name),
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
    tip: `Fix ${further.map(({ name }) => name).join(', ')} to constants when exporting the model, or give initial values in the file.`,
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

function nameIn(port: unknown): unknown {
  return typeof port === 'object' && port !== null && 'name' in port ? port.name : undefined
}

function inWords(tensors: readonly TensorFacts[]): string {
  return tensors
    .map(
      ({ name, dataType, shape }) =>
        `'${name}' (${dataType ?? 'float32'} [${shape.map((extent) => extent ?? '?').join(', ')}])`,
    ) // prettier-ignore
    .join(', ')
}
