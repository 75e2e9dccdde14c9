import { RadversaryError } from '../errors.ts'
import type { OnnxModel } from '../onnx/graph.ts'
import { numericValues } from '../onnx/onnx-tensor.ts'
import { tensorAttribute } from '../onnx/attributes.ts'
import type { Shape } from '../tensor/tensor.ts'
import type { Ports } from './model-ports.ts'
import type { TypedGraph } from './typed-graph.ts'

const tip =
  'Export the model with a dynamic batch axis (torch.onnx.export: dynamic_axes), or work with its own batch size.'

/** Throws `model-unsupported` unless the output has one entry per sample. */
export function checkBatch(graph: TypedGraph): TypedGraph {
  if (graph.output.shape[0] === graph.input.shape[0]) return graph
  throw new RadversaryError(
    'model-unsupported',
    `Model: expected one output per sample, got [${graph.output.shape.join(', ')}] for an input of [${graph.input.shape.join(', ')}]`,
    { tip },
  )
}

/**
 * Work at a batch size that may not be the exported one: if it fails, and constants hold the exported batch,
 * the error says so.
 */
export async function withBatchExplained<T>(
  model: OnnxModel,
  ports: Ports,
  inputShape: Shape,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const exported = ports.input.shape?.[0]
    const node =
      typeof exported === 'number' && exported !== inputShape[0] ? nodeWithBatch(model, exported) : undefined
    if (node === undefined) throw cause
    throw new RadversaryError(
      'model-unsupported',
      `Model: expected a graph for any batch size, got one made for ${String(exported)}: Reshape '${node}' has it as a constant`,
      { tip, cause },
    )
  }
}

/** Name of the first Reshape whose constant target shape begins with the exported batch size. */
function nodeWithBatch({ graph }: OnnxModel, batch: number): string | undefined {
  const constants = new Map(graph.initializers)
  for (const node of graph.nodes) {
    const value = node.opType === 'Constant' ? tensorAttribute(node, 'value') : undefined
    if (value !== undefined) constants.set(node.outputs[0] ?? '', value)
  }
  const found = graph.nodes.find(({ opType, inputs }) => {
    const shape = opType === 'Reshape' ? constants.get(inputs[1] ?? '') : undefined
    return shape !== undefined && numericValues(shape)[0] === batch
  })
  return found && (found.name || (found.outputs[0] ?? ''))
}
