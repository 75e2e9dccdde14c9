import type { OnnxNode } from '../onnx/graph.ts'
import { withDataTypes } from './data-types.ts'
import { FloatGraph } from './float-graph.ts'
import { quantisedRules } from './quantised-rules.ts'
import type { TypedGraph } from './typed-graph.ts'

/** Whether an operator of quantised models is computed in floats here, so that a gradient passes it. */
export function isStraightened({ opType, domain }: Pick<OnnxNode, 'opType' | 'domain'>): boolean {
  return (domain === '' || domain === 'com.microsoft') && Object.hasOwn(quantisedRules, opType)
}

/**
 * A quantised graph in floats: integers are floats that hold whole numbers, and a rounding is x +
 * stop(round(x) − x), so that values are what they were and gradients pass it as if it were not there (Bengio
 * et al. 2013, arXiv 1308.3432); beyond the integers' range they are 0, as PyTorch's fake quantisation has
 * it.
 * @param rounds false leaves the rounding out: the float model behind it
 */
export function straightThrough<T extends TypedGraph>(graph: T, { rounds }: { readonly rounds: boolean }): T {
  if (!graph.nodes.some(isStraightened)) return graph
  const floats = new FloatGraph(graph, rounds)
  for (const node of graph.nodes)
    floats.take(node, isStraightened(node) ? quantisedRules[node.opType] : undefined)
  return withDataTypes({ ...graph, ...floats.built(), freshPrefix: `${graph.freshPrefix}q` }) as T
}
