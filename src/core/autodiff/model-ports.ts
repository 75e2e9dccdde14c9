import { RadversaryError } from '../errors.ts'
import type { OnnxGraph, ValueInfo } from '../onnx/graph.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'

/** The image input and the scores' output of a model. */
export interface Ports {
  readonly input: ValueInfo
  readonly output: ValueInfo
}

export interface PortNames {
  readonly inputName?: string | undefined
  readonly outputName?: string | undefined
}

/**
 * Chooses by name, or the only one that can be meant. Throws `model-unsupported` with the names to choose
 * from.
 */
export function choosePorts(graph: OnnxGraph, { inputName, outputName }: PortNames): Ports {
  const output = choose(graph.outputs, outputName, 'output')
  const read = new Set(nodesLeadingTo(graph.nodes, [output.name]).flatMap(readsOf))
  const used = graph.inputs.filter(({ name }) => read.has(name))
  const input = choose(used.filter(isImage), inputName, 'input')
  const others = used.filter(({ name }) => name !== input.name).map(({ name }) => name)
  if (others.length > 0)
    throw new RadversaryError(
      'model-unsupported',
      `Model: expected one input '${input.name}', got others that '${output.name}' needs`,
      {
        tip: `Fix ${others.join(', ')} to constants when exporting the model.`,
      },
    )
  return { input, output }
}

/** A floating tensor with a batch axis and something in it. */
function isImage({ dataType, shape }: ValueInfo): boolean {
  return dataType === 'float32' && (shape === null || shape.length >= 2)
}

function choose(
  candidates: readonly ValueInfo[],
  name: string | undefined,
  role: 'input' | 'output',
): ValueInfo {
  const names = candidates.map((each) => each.name).join(', ') || 'none'
  const chosen = name === undefined ? candidates[0] : candidates.find((each) => each.name === name)
  if (chosen === undefined || (name === undefined && candidates.length > 1))
    throw new RadversaryError(
      'model-unsupported',
      `Model: expected ${name === undefined ? `one float32 ${role}` : `an ${role} '${name}'`}, got ${names}`,
      { tip: `Name the ${role} in the model card.` },
    )
  return chosen
}
