import type { OnnxNode } from '../onnx/graph.ts'
import { readsOf } from '../onnx/graph-walk.ts'
import type { OnnxTensor } from '../onnx/onnx-tensor.ts'
import type { Value } from './emitter.ts'

/** Why a node has no gradient, and what helps. */
export interface Refusal {
  readonly reason: string
  readonly tip: string
}

/**
 * The part of a model that depends on its input, at one input shape: all that is needed to differentiate it.
 */
export interface TypedGraph {
  /** In topological order; every node depends on an input. */
  readonly nodes: readonly OnnxNode[]
  /** Every value that a node reads or gives. */
  readonly values: ReadonlyMap<string, Value>
  readonly input: Value
  /** Inputs beside the image, through which no gradient is asked for. */
  readonly beside: readonly Value[]
  readonly output: Value
  readonly irVersion: number
  readonly opsets: ReadonlyMap<string, number>
  readonly functions: readonly Uint8Array[]
  /** Why If, Loop and Scan have no gradient, by the name of their first output. */
  readonly refusals?: ReadonlyMap<string, Refusal> | undefined
  /** Names of this graph begin like no other name that we give. */
  readonly freshPrefix: string
}

/** The constants among the values that `nodes` and their subgraphs read. */
export function constantsOf(
  nodes: readonly OnnxNode[],
  values: ReadonlyMap<string, Value>,
): Map<string, OnnxTensor> {
  const constants = new Map<string, OnnxTensor>()
  for (const name of nodes.flatMap(readsOf)) {
    const constant = values.get(name)?.constant
    if (constant !== undefined) constants.set(name, constant)
  }
  return constants
}

/** A prefix with which none of `names` begins. */
export function freshPrefix(names: Iterable<string>): string {
  const taken = [...names]
  let prefix = 'g'
  while (taken.some((name) => name.startsWith(prefix) && /^\d/.test(name.slice(prefix.length)))) prefix += '_'
  return prefix
}

/** The name by which a graph's refusals know a node. */
export function firstOutput({ outputs }: Pick<OnnxNode, 'outputs'>): string {
  return outputs.find((name) => name !== '') ?? ''
}
