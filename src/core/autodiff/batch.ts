import { RadversaryError } from '../errors.ts'
import type { OnnxModel, OnnxNode } from '../onnx/graph.ts'
import { numericValues } from '../onnx/onnx-tensor.ts'
import { viewOf } from '../onnx/graph-end.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import type { BatchFacts } from '../model/any-batch.ts'
import type { Shape } from '../tensor/tensor.ts'
import type { Ports } from './model-ports.ts'
import type { TypedGraph } from './typed-graph.ts'

/** What makes a graph take batches of any size. */
export const anyBatchTip =
  'Export the model for any batch size: torch.onnx.export(model, (x,), file, dynamo=True, dynamic_shapes=({0: "batch"},)).'

/** Throws `model-unsupported` unless the output has one entry per sample. */
export function checkBatch(graph: TypedGraph): TypedGraph {
  if (graph.output.shape[0] === graph.input.shape[0]) return graph
  throw new RadversaryError(
    'model-unsupported',
    `Model: expected one output per sample, got [${graph.output.shape.join(', ')}] for an input of [${graph.input.shape.join(', ')}]`,
    { tip: anyBatchTip },
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
      { tip: anyBatchTip, cause },
    )
  }
}

/** Name of the first Reshape whose constant target shape begins with the exported batch size. */
function nodeWithBatch(model: OnnxModel, batch: number): string | undefined {
  const found = constantReshapes(model).find(({ first }) => first === batch)
  return found && (found.node.name || (found.node.outputs[0] ?? ''))
}

/** What the file says of the batches that its graph takes. */
export function batchFactsOf(
  model: OnnxModel,
  { input, output }: Pick<Ports, 'input' | 'output'>,
): BatchFacts {
  const declared = input.shape?.[0]
  const leading = new Set(nodesLeadingTo(model.graph.nodes, [output.name]))
  const firsts = constantReshapes(model).flatMap(({ node, first }) => (leading.has(node) ? [first] : []))
  return {
    declared: typeof declared === 'number' && declared > 0 ? declared : undefined,
    constant: [...new Set(firsts)],
    isDecidedTogether: [...leading].some(isDecidedByImage(model)),
  }
}

/** Whether a node's branch, or its number of steps, comes of the image's values, not of its shape alone. */
function isDecidedByImage({ graph }: OnnxModel): (node: OnnxNode) => boolean {
  const reached = new Set(graph.inputs.map(({ name }) => name))
  for (const node of graph.nodes)
    if (node.opType !== 'Shape' && node.opType !== 'Size' && readsOf(node).some((name) => reached.has(name)))
      for (const name of node.outputs) reached.add(name)
  const deciding: Readonly<Record<string, number>> = { If: 1, Loop: 2 }
  return ({ opType, inputs }) =>
    inputs.slice(0, deciding[opType] ?? 0).some((name) => name !== '' && reached.has(name))
}

/** Every Reshape of a computed value to a constant shape whose first extent is a number. */
function constantReshapes({ graph }: OnnxModel): { readonly node: OnnxNode; readonly first: number }[] {
  const { constant } = viewOf(graph)
  return graph.nodes.flatMap((node) => {
    const [value = '', shape = ''] = node.inputs
    const target = node.opType === 'Reshape' && constant(value) === undefined ? constant(shape) : undefined
    const first = target && target.external === undefined ? numericValues(target)[0] : undefined
    return first !== undefined && first > 0 ? [{ node, first }] : []
  })
}
