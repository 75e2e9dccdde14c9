import { subgraphReferences } from './attributes.ts'
import type { OnnxNode } from './graph.ts'

/** All values that a node reads, those that its subgraphs take from around them included. */
export function readsOf(node: OnnxNode): string[] {
  const ofSubgraphs = Object.values(node.attributes).flatMap((value) =>
    typeof value === 'object' && 'opaque' in value ? subgraphReferences(value.opaque) : [],
  )
  return [...node.inputs.filter((name) => name !== ''), ...ofSubgraphs]
}

/** Whether a node gives a sequence or a map, which has no type of a tensor. */
export function givesSequence({ opType }: OnnxNode): boolean {
  return /^(?:ZipMap|SplitToSequence|Sequence(?:Construct|Insert|Erase|Empty|Map))$/.test(opType)
}

/** The nodes that `outputs` depend on, in their order. */
export function nodesLeadingTo(nodes: readonly OnnxNode[], outputs: readonly string[]): OnnxNode[] {
  const wanted = new Set(outputs)
  const kept: OnnxNode[] = []
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue
    kept.push(node)
    for (const name of readsOf(node)) wanted.add(name)
  }
  return kept.toReversed()
}
