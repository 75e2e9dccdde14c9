import { nodeOf, type OnnxNode } from '../../onnx/graph.ts'
import { Emitter } from '../emitter.ts'
import { ForwardNode } from '../forward-node.ts'
import { ruleOpset } from '../upgrade.ts'
import type { TypedGraph } from '../typed-graph.ts'
import { attention, rotaryEmbedding } from './attention.ts'
import type { Decomposition } from './decomposition.ts'
import { deformConv } from './deformable.ts'
import { dft } from './fourier.ts'
import { gru, lstm, rnn } from './recurrent.ts'

/** The one table of operators that are taken apart before differentiation. */
const decompositions = {
  Attention: attention,
  DFT: dft,
  DeformConv: deformConv,
  GRU: gru,
  LSTM: lstm,
  RNN: rnn,
  RotaryEmbedding: rotaryEmbedding,
} satisfies Record<string, Decomposition>

/** The names of all operators that are taken apart. */
export const decomposedOps = Object.keys(decompositions) as readonly (keyof typeof decompositions)[]

/** Operators that ONNX Runtime itself replaces by simpler ones when it simplifies a model. */
export const compositeOps = [
  'CastLike',
  'CenterCropPad',
  'GroupNormalization',
  'HardSwish',
  'Mish',
  'Swish',
] as const

/** The same graph with every operator of the table replaced by the nodes that it stands for. */
export function decompose(graph: TypedGraph, device: string): TypedGraph {
  if (!graph.nodes.some(isDecomposed)) return graph
  const emit = new Emitter(device, `${graph.freshPrefix}0_`)
  const opset = graph.opsets.get('') ?? ruleOpset
  const nodes: OnnxNode[] = []
  for (const node of graph.nodes) {
    const start = emit.nodes.length
    const parts = isDecomposed(node) ? partsOf(node, graph, emit, opset) : [node]
    nodes.push(...emit.nodes.slice(start), ...parts)
  }
  const emitted = emit.values().map((value) => [value.name, value] as const)
  return {
    ...graph,
    nodes,
    values: new Map([...graph.values, ...emitted]),
    freshPrefix: `${graph.freshPrefix}p`,
  }
}

function isDecomposed(node: OnnxNode): node is OnnxNode & { opType: keyof typeof decompositions } {
  return node.domain === '' && Object.hasOwn(decompositions, node.opType)
}

/** Hands the results on under the names of the node's outputs. */
function partsOf(
  node: OnnxNode & { opType: keyof typeof decompositions },
  { values }: TypedGraph,
  emit: Emitter,
  opset: number,
): OnnxNode[] {
  const inputs = node.inputs.map((name) => values.get(name) ?? null)
  const outputs = node.outputs.map(
    (name) => values.get(name) ?? { name, shape: [], dataType: 'undefined' as const },
  )
  const forward = new ForwardNode({ ...node, inputs, outputs, cotangents: [] })
  return decompositions[node.opType](forward, emit, opset).flatMap(({ name }, index): OnnxNode[] => {
    const output = node.outputs[index] ?? ''
    if (output === '') return []
    return [nodeOf('Identity', [name], output)]
  })
}
