import { intAttribute, tensorAttribute } from '../onnx/attributes.ts'
import { dataTypeOf, type DataType } from '../onnx/data-type.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import type { TypedGraph } from './typed-graph.ts'

/** Operators whose outputs do not have the type of their first input, by that type. */
const fixedTypes: Readonly<Record<string, readonly DataType[]>> = {
  Shape: ['int64'],
  Size: ['int64'],
  NonZero: ['int64'],
  ArgMax: ['int64'],
  ArgMin: ['int64'],
  NonMaxSuppression: ['int64'],
  Equal: ['bool'],
  Greater: ['bool'],
  GreaterOrEqual: ['bool'],
  Less: ['bool'],
  LessOrEqual: ['bool'],
  And: ['bool'],
  Or: ['bool'],
  Xor: ['bool'],
  Not: ['bool'],
  IsNaN: ['bool'],
  IsInf: ['bool'],
  DynamicQuantizeLinear: ['uint8', 'float32', 'uint8'],
  DequantizeLinear: ['float32'],
  ConvInteger: ['int32'],
  MatMulInteger: ['int32'],
  MatMulIntegerToFloat: ['float32'],
  // A subgraph decides; what leads on to scores is float32.
  If: ['float32'],
  Loop: ['float32'],
  Scan: ['float32'],
}

/**
 * Element type of output `index` of a node (ONNX operator specifications); most operators keep the type of
 * their first input.
 */
export function outputDataType(
  node: OnnxNode,
  index: number,
  inputTypes: readonly (DataType | undefined)[],
): DataType {
  const fixed = fixedTypes[node.opType]
  if (fixed !== undefined) return fixed[index] ?? fixed[0] ?? 'float32'
  const first = inputTypes[0] ?? 'float32'
  switch (node.opType) {
    case 'Cast':
      return dataTypeOf(intAttribute(node, 'to', 1))
    case 'ConstantOfShape':
      return tensorAttribute(node, 'value')?.dataType ?? 'float32'
    case 'Where':
    case 'CastLike':
      return inputTypes[1] ?? first
    case 'QuantizeLinear':
      return inputTypes[2] ?? 'uint8'
    case 'QGemm':
      return inputTypes[8] ?? 'float32'
    case 'OneHot':
      return inputTypes[2] ?? first
    case 'MaxPool':
    case 'TopK':
    case 'Unique':
      return index === 0 ? first : 'int64'
    case 'Dropout':
      return index === 0 ? first : 'bool'
    default:
      return first
  }
}

/** The same graph, its values having the types that its nodes give them. */
export function withDataTypes(graph: TypedGraph): TypedGraph {
  const values = new Map(graph.values)
  for (const node of graph.nodes) {
    const inputTypes = node.inputs.map((name) => values.get(name)?.dataType)
    node.outputs.forEach((name, index) => {
      const value = values.get(name)
      if (value !== undefined)
        values.set(name, { ...value, dataType: outputDataType(node, index, inputTypes) })
    })
  }
  return { ...graph, values, output: values.get(graph.output.name) ?? graph.output }
}
