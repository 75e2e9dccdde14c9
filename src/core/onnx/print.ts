import { sizeOf } from '../tensor/tensor.ts'
import type { Attribute, OnnxModel, OnnxNode, ValueInfo } from './graph.ts'
import { numericValues, type OnnxTensor } from './onnx-tensor.ts'

/** Constants up to this many elements are printed in full where they are used. */
const shownElements = 8

/**
 * A graph as text, one node a line, for people and for tests that want to see every change of a graph:
 *
 * ```
 * x: float32[2, 3] ->
 * y = Relu(x)
 * -> y: float32[2, 3]
 * ```
 */
export function printGraph({ graph }: OnnxModel): string {
  const show = (name: string): string => {
    const constant = graph.initializers.get(name)
    return constant === undefined ? name || '_' : printConstant(constant)
  }
  return [
    `${graph.inputs.map(printInfo).join(', ')} ->`,
    ...graph.nodes.map((node) => printNode(node, show)),
    `-> ${graph.outputs.map(printInfo).join(', ')}`,
  ].join('\n')
}

function printInfo({ name, dataType, shape }: ValueInfo): string {
  const extents = shape === null ? '' : `[${shape.map((extent) => extent ?? '?').join(', ')}]`
  return dataType === null ? name : `${name}: ${dataType}${extents}`
}

function printNode(node: OnnxNode, show: (name: string) => string): string {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => `${name}=${printAttribute(value)}`,
  )
  const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`
  const outputs = node.outputs.map((name) => name || '_').join(', ')
  return `${outputs} = ${operator}(${[...node.inputs.map(show), ...attributes].join(', ')})`
}

function printAttribute(value: Attribute): string {
  if (typeof value !== 'object') return String(value)
  if ('float' in value) return printNumber(value.float)
  if ('floats' in value) return `[${value.floats.map(printNumber).join(', ')}]`
  if ('strings' in value) return `[${value.strings.join(', ')}]`
  if ('tensor' in value) return printConstant(value.tensor)
  if ('opaque' in value) return '{…}'
  return `[${value.join(', ')}]`
}

function printConstant(tensor: OnnxTensor): string {
  const { dataType, shape } = tensor
  if (sizeOf(shape) > shownElements || dataType === 'string') return `${dataType}[${shape.join(', ')}]`
  const values = numericValues(tensor).map(printNumber).join(', ')
  return shape.length === 0 ? values : `[${values}]`
}

/** Seven digits, as many as a float32 has. */
function printNumber(value: number): string {
  return String(Number(value.toPrecision(7)))
}
