import type { OnnxModel, ValueInfo } from '../onnx/graph.ts'
import type { ModelFacts, TensorFacts } from './model-facts.ts'

/** What an ONNX graph says of itself; `file` and `sha256` are the caller's to know. */
export function factsOf({ graph, metadata = {} }: OnnxModel, about: Pick<ModelFacts, 'file' | 'sha256'>): ModelFacts {
  const finalOpOf = (output: string) => graph.nodes.find(({ outputs }) => outputs.includes(output))?.opType
  return {
    ...about,
    inputs: graph.inputs.map(tensorFacts),
    outputs: graph.outputs.map((output) => ({ ...tensorFacts(output), finalOp: finalOpOf(output.name) })),
    metadata,
  }
}

function tensorFacts({ name, shape }: ValueInfo): TensorFacts {
  return { name, shape: shape ?? [] }
}
