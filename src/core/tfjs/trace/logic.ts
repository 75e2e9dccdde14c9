import { dataTypeCode } from '../../onnx/data-type.ts'
import { float32Tensor } from '../../onnx/onnx-tensor.ts'
import { combined, mapped } from './elementwise.ts'
import { reduce } from './reduction.ts'
import { inputOf, type KernelRule } from './rule.ts'
import type { TraceGraph } from './trace-graph.ts'

export const notEqual: KernelRule = (call) => {
  const { graph } = call
  const values = [inputOf(call, 'a'), inputOf(call, 'b')]
  return combined(graph, values, (names) => graph.node('Not', [graph.node('Equal', names)]), 'bool')
}

export const isFinite: KernelRule = (call) => {
  const { graph } = call
  const isNot = (name: string) => graph.node('Or', [graph.node('IsNaN', [name]), graph.node('IsInf', [name])])
  return mapped(call, (name) => graph.node('Not', [isNot(name)]), 'x', 'bool')
}

/** All (the least truth) and Any (the largest), of bool values. */
export function quantified(opType: 'ReduceMin' | 'ReduceMax'): KernelRule {
  const reduced = reduce(opType)
  return (call) => {
    const { graph } = call
    const numbers = mapped(call, (name) => castTo(graph, name, 'float32'), 'x', 'float32')
    const result = reduced({ ...call, inputs: { ...call.inputs, x: numbers } })
    return mapped(
      { ...call, inputs: { x: Array.isArray(result) ? undefined : result } },
      (name) => castTo(graph, name, 'bool'),
      'x',
      'bool',
    )
  }
}

/** Division rounded down; of whole numbers (a − a mod b) / b, since ONNX rounds those towards 0. */
export const floorDivision: KernelRule = (call) => {
  const { graph } = call
  const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')]
  return combined(graph, [a, b], ([left = '', right = '']) =>
    a.dtype === 'float32'
      ? graph.node('Floor', [graph.node('Div', [left, right])])
      : graph.node('Div', [graph.node('Sub', [left, graph.node('Mod', [left, right])]), right]),
  )
}

/** The remainder, of the divisor's sign. */
export const floorModulus: KernelRule = (call) => {
  const { graph } = call
  const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')]
  return combined(graph, [a, b], ([left = '', right = '']) => {
    if (a.dtype !== 'float32') return graph.node('Mod', [left, right])
    const quotient = graph.node('Floor', [graph.node('Div', [left, right])])
    return graph.node('Sub', [left, graph.node('Mul', [quotient, right])])
  })
}

/** ZerosLike and OnesLike: of x's shape, whatever the batch. */
export function filledLike(value: 0 | 1): KernelRule {
  return (call) => {
    const { graph } = call
    const tensor = float32Tensor([1], [value])
    const filled = (name: string) =>
      graph.node('ConstantOfShape', [graph.node('Shape', [name])], { value: { tensor } })
    const { dtype } = inputOf(call, 'x')
    return mapped(call, (name) => (dtype === 'float32' ? filled(name) : castTo(graph, filled(name), dtype)))
  }
}

function castTo(graph: TraceGraph, name: string, dtype: 'float32' | 'int32' | 'bool'): string {
  return graph.node('Cast', [name], { to: dataTypeCode(dtype) })
}
