import type { Emitter, Value } from '../emitter.ts'
import type { ForwardNode } from '../forward-node.ts'

/**
 * An operator as simpler ones: emits nodes that compute its outputs and returns those, in their order. Throws
 * `model-unsupported` for forms that it does not know. `opset` is that of the graph, 18 or later.
 */
export type Decomposition = (node: ForwardNode, emit: Emitter, opset: number) => readonly Value[]
