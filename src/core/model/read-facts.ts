import type { OnnxModel, ValueInfo } from '../onnx/graph.ts'
import { suppressionOf } from '../onnx/suppression.ts'
import type { ModelFacts, TensorFacts } from './model-facts.ts'

/** What an ONNX graph says of itself; `file` and `sha256` are the caller's to know. */
export function factsOf(
  { graph, metadata = {} }: OnnxModel,
  about: Pick<ModelFacts, 'file' | 'sha256'>,
): ModelFacts {
  const finalOpOf = (output: string): string | undefined => {
    const last = graph.nodes.find(({ outputs }) => outputs.includes(output))
    return last?.opType === 'Squeeze' ? finalOpOf(last.inputs[0] ?? '') : last?.opType
  }
  const suppression = suppressionOf(graph)
  return {
    ...about,
    inputs: graph.inputs.map(tensorFacts),
    outputs: graph.outputs.map((output) => ({ ...tensorFacts(output), finalOp: finalOpOf(output.name) })),
    metadata,
    ...(suppression && { suppression: { ...suppression, scoresOp: finalOpOf(suppression.scores) } }),
  }
}

function tensorFacts({ name, shape }: ValueInfo): TensorFacts {
  return { name, shape: shape ?? [] }
}
