import type { OnnxNode } from '../onnx/graph.ts'
import type { OnnxTensor } from '../onnx/onnx-tensor.ts'
import type { Value } from './value.ts'

/**
 * The part of a model that depends on its input, at one input shape: all that is needed to differentiate it.
 */
export interface TypedGraph {
  /** In topological order; every node depends on the input. */
  readonly nodes: readonly OnnxNode[]
  /** Every value that a node reads or gives. */
  readonly values: ReadonlyMap<string, Value>
  readonly input: Value
  readonly output: Value
  readonly irVersion: number
  readonly opsets: ReadonlyMap<string, number>
  readonly functions: readonly Uint8Array[]
  /** Names of this graph begin like no other name that we give. */
  readonly freshPrefix: string
}

/** The constants among the values that `nodes` read. */
export function constantsOf(
  nodes: readonly OnnxNode[],
  values: ReadonlyMap<string, Value>,
): Map<string, OnnxTensor> {
  const constants = new Map<string, OnnxTensor>()
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
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
