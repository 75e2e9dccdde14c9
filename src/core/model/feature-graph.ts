import { RadversaryError } from '../errors.ts'
import { nodeOf, type OnnxGraph, type OnnxModel } from '../onnx/graph.ts'
import { int64Tensor } from '../onnx/onnx-tensor.ts'

/** The output of a feature model. */
export const featureName = 'radversary_features'

/**
 * The model with one output, [N, ΣC]: of each named inner tensor [N, C, …] the means over everything but
 * batch and channels, one tensor after the other. Its operators are those of any opset. @throws
 * RadversaryError usage for a tensor that there is not, or none named.
 */
export function featureModel(model: OnnxModel, tensors: readonly string[]): OnnxModel {
  const { graph } = model
  checkNames(graph, tensors)
  const shape = `${featureName}_shape`
  const means = tensors.flatMap((tensor, i) => [
    nodeOf('Reshape', [tensor, shape], `${featureName}_flat${i}`),
    nodeOf('GlobalAveragePool', [`${featureName}_flat${i}`], `${featureName}_mean${i}`),
  ])
  const joined = `${featureName}_joined`
  const names = tensors.map((_, i) => `${featureName}_mean${i}`)
  const ends = [
    nodeOf('Concat', names, joined, { axis: 1 }),
    nodeOf('Flatten', [joined], featureName, { axis: 1 }),
  ]
  // 0 keeps an extent: [N, C, rest].
  const extents = int64Tensor([3], [0, 0, -1])
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...means, ...ends],
      initializers: new Map(graph.initializers).set(shape, extents),
      outputs: [{ name: featureName, dataType: 'float32', shape: null }],
    },
  }
}

/** How many of the last tensors an error names. */
const named = 12

function checkNames({ nodes }: OnnxGraph, tensors: readonly string[]): void {
  const computed = nodes.filter(({ opType }) => opType !== 'Constant')
  const all = computed.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))
  const unknown = tensors.filter((name) => !all.includes(name))
  if (tensors.length > 0 && unknown.length === 0) return
  throw new RadversaryError(
    'usage',
    `Inner tensors: expected names of the model's, got ${unknown.map((name) => `'${name}'`).join(', ') || 'none'}`,
    { tip: `The last of them are ${all.slice(-named).join(', ')}.` },
  )
}
