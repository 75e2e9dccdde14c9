import { endOf, viewOf } from '../onnx/graph-end.ts'
import type { OnnxModel, ValueInfo } from '../onnx/graph.ts'
import { givesSequence, nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import { isSuppression, suppressionOf } from '../onnx/suppression.ts'
import type { ModelFacts, TensorFacts } from './model-facts.ts'

/** What an ONNX graph says of itself; `file` and `sha256` are the caller's to know. */
export function factsOf(model: OnnxModel, about: Pick<ModelFacts, 'file' | 'sha256'>): ModelFacts {
  const { graph, metadata = {} } = model
  const view = viewOf(graph)
  const endsIn = (output: string) => {
    const { node, activation, inUnit } = endOf(view, output)
    return { finalOp: activation?.opType ?? node?.opType, inUnit }
  }
  const suppression = suppressionOf(graph)
  return {
    ...about,
    inputs: graph.inputs.map(tensorFacts),
    outputs: graph.outputs.map((output) => ({
      ...tensorFacts(output),
      ...(isSequence(graph, output.name) && { dataType: null }),
      ...endsIn(output.name),
      reads: inputsOf(graph, output.name),
    })),
    metadata,
    ...(suppression && { suppression: { ...suppression, scoresOp: endsIn(suppression.scores).finalOp } }),
    isSuppressedTwice: graph.nodes.filter(isSuppression).length > 1,
  }
}

function inputsOf({ nodes, inputs }: OnnxModel['graph'], output: string): string[] {
  const read = new Set(nodesLeadingTo(nodes, [output]).flatMap(readsOf))
  return inputs.map(({ name }) => name).filter((name) => read.has(name))
}

/** Sequences have no type of a tensor; neither have outputs whose type is left to the runtime. */
function isSequence({ nodes }: OnnxModel['graph'], output: string): boolean {
  const maker = nodes.find(({ outputs }) => outputs.includes(output))
  return maker !== undefined && givesSequence(maker)
}

function tensorFacts({ name, shape, dataType }: ValueInfo): TensorFacts {
  return { name, shape: shape ?? [], dataType: dataType ?? undefined }
}
