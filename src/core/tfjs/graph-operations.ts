import { RadversaryError } from '../errors.ts'
import type { TfjsManifest } from './manifest.ts'

/** Operations that make a graph's course depend on its data, or that hold state. */
const untraceable: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'Switch',
      'Merge',
      'Enter',
      'Exit',
      'NextIteration',
      'LoopCond',
      'If',
      'StatelessIf',
      'While',
      'StatelessWhile',
    ].map((op) => [op, 'control flow']),
  ),
  ...Object.fromEntries(
    ['HashTable', 'HashTableV2', 'LookupTableFind', 'LookupTableFindV2'].map((op) => [op, 'a hash table']),
  ),
  ...Object.fromEntries(
    ['TensorArrayV3', 'TensorListReserve', 'TensorListFromTensor'].map((op) => [op, 'a list of tensors']),
  ),
}

/**
 * @throws RadversaryError model-unsupported, naming node and operation, for a graph that can't be
 * differentiated.
 */
export function checkOperations({ format, topology }: TfjsManifest, file: string): void {
  if (format !== 'graph-model') return
  for (const { name, op } of nodesOf(topology)) {
    const what = untraceable[op]
    if (what === undefined) continue
    throw new RadversaryError(
      'model-unsupported',
      `TensorFlow.js model: expected a graph without ${what}, got ${op} '${name}'`,
      {
        file,
        tip: 'Export the network alone, without the parts that prepare its input or choose among its outputs, and convert it again.',
      },
    )
  }
}

interface GraphNode {
  readonly name: string
  readonly op: string
}

function nodesOf(topology: Readonly<Record<string, unknown>>): GraphNode[] {
  const nodes = topology['node']
  return Array.isArray(nodes) ? nodes.filter(isNode) : []
}

function isNode(value: unknown): value is GraphNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'op' in value &&
    typeof value.op === 'string'
  )
}
