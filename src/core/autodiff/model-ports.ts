import { RadversaryError } from '../errors.ts'
import { isRow } from '../model/model-facts.ts'
import type { TensorSpec } from '../model/ports.ts'
import { isFloating, isNumeric, type DataType } from '../onnx/data-type.ts'
import type { OnnxGraph, ValueInfo } from '../onnx/graph.ts'
import { besideInputs, type BesideInput, type BesideOptions } from './beside-inputs.ts'
import { givesSequence, nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'

/** The image input and the scores' output of a model. */
export interface Ports {
  readonly input: ValueInfo
  readonly output: ValueInfo
  /** Inputs beside the image that the output needs. */
  readonly beside: readonly BesideInput[]
}

export interface PortNames extends BesideOptions {
  readonly inputName?: string | undefined
  readonly outputName?: string | undefined
}

/**
 * Chooses by name, or the only one that can be meant. Throws `model-unsupported` with the names to choose
 * from.
 */
export function choosePorts(graph: OnnxGraph, { inputName, outputName, ...beside }: PortNames): Ports {
  const output = choose(graph.outputs, outputName, 'output', ({ dataType }) => isScore(dataType))
  checkScores(graph, output)
  const read = new Set(nodesLeadingTo(graph.nodes, [output.name]).flatMap(readsOf))
  const used = graph.inputs.filter(({ name }) => read.has(name))
  const known = new Set([...Object.keys(beside.constants ?? {}), ...(beside.besideNames ?? [])])
  const candidates = used.filter((each) => isArray(each) && !known.has(each.name))
  const input = choose(candidates, inputName, 'input', isImage)
  const others = used.filter(({ name }) => name !== input.name)
  return { input, output, beside: besideInputs(others, beside) }
}

/** Numbers with a batch axis and something beside it. */
function isArray({ dataType, shape }: ValueInfo): boolean {
  return isNumeric(dataType) && (shape === null || shape.length >= 2)
}

function isImage({ shape }: ValueInfo): boolean {
  return shape === null || shape.length >= 4
}

/** @throws RadversaryError model-unsupported for labels, and for sequences and maps. */
function checkScores({ nodes }: OnnxGraph, { name, dataType }: ValueInfo): void {
  const maker = nodes.find(({ outputs }) => outputs.includes(name))
  const isSequence = maker !== undefined && givesSequence(maker)
  if (isScore(dataType) && !isSequence) return
  const found = isSequence ? 'a sequence' : `${dataType ?? ''} values`
  throw new RadversaryError(
    'model-unsupported',
    `Model: expected a differentiable path from the input to '${name}', got ${found} of ${maker?.opType ?? 'an input'}`,
    { tip: 'Choose the output that holds the scores, or export it; labels (ArgMax) have no gradient.' },
  )
}

/** Types that the file leaves to the runtime are taken for scores. */
function isScore(dataType: DataType | null): boolean {
  return dataType === null || isFloating(dataType)
}

function choose(
  candidates: readonly ValueInfo[],
  name: string | undefined,
  role: 'input' | 'output',
  isLikely: (value: ValueInfo) => boolean,
): ValueInfo {
  const names = candidates.map((each) => each.name).join(', ') || 'none'
  const likely = candidates.filter(isLikely)
  const meant = likely.length === 0 ? candidates : likely
  const chosen = name === undefined ? meant[0] : candidates.find((each) => each.name === name)
  if (chosen === undefined || (name === undefined && meant.length > 1))
    throw new RadversaryError(
      'model-unsupported',
      `Model: expected ${name === undefined ? `one ${role === 'input' ? 'numeric' : 'float32'} ${role}` : `an ${role} '${name}'`}, got ${names}`,
      { tip: `Name the ${role} in the model card.` },
    )
  return chosen
}

/**
 * The batch is free whatever the file says; so is every extent that it names or leaves out. An unknown rank
 * is [].
 */
export function specOf({ name, shape }: ValueInfo): TensorSpec {
  const extents = (shape ?? []).map((extent, axis) =>
    axis > 0 && typeof extent === 'number' ? extent : null,
  )
  return { name, shape: extents }
}

/** An output [N] is handed out as [N, 1]; where it is one prediction an image, [N, K, 1, 1] as [N, K]. */
export function outputSpecOf(output: ValueInfo, isOneRow = false): TensorSpec {
  const { name, shape } = specOf(output)
  const [count = null, ...rest] = shape
  if (shape.length === 1) return { name, shape: [count, 1] }
  return isOneRow && isRow(rest)
    ? { name, shape: [count, rest.find((extent) => extent !== 1) ?? 1] }
    : { name, shape }
}
