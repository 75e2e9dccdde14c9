import { floatAttribute, intAttribute } from '../onnx/attributes.ts'
import { dataTypeOf, type DataType } from '../onnx/data-type.ts'
import type { ForwardNode } from './forward-node.ts'
import type { FloatGraph, QuantisedRule, Target } from './float-graph.ts'
import type { Value } from './emitter.ts'

/**
 * Operators of ONNX and of com.microsoft that compute with 8 or 16 bits, by what they are in floats (ONNX
 * operator specifications; ONNX Runtime's ContribOperators).
 */
export const quantisedRules: Readonly<Record<string, QuantisedRule>> = {
  QuantizeLinear: (node, graph) => {
    const [x, scale, zero] = [node.x, node.input(1), node.optionalInput(2)]
    const axis = axisOf(node)
    return [graph.quantised(graph.float(x), scale, zero, { axis, type: quantisedType(node, zero) })]
  },
  DequantizeLinear: (node, graph) => [
    graph.dequantised(node.x, node.input(1), node.optionalInput(2), axisOf(node)),
  ],
  DynamicQuantizeLinear: (node, graph) => {
    const { scale, zero } = graph.dynamicScale(node.x)
    return [graph.quantised(node.x, scale, zero), scale, zero]
  },
  MatMulInteger: (node, graph) => {
    const a = graph.minus(node.x, node.optionalInput(2), -2)
    const b = graph.minus(node.input(1), node.optionalInput(3), -1)
    return [graph.emit.matmul(a, b)]
  },
  ConvInteger: (node, graph) => {
    const inputs = [
      graph.minus(node.x, node.optionalInput(2), 1),
      graph.minus(node.input(1), node.optionalInput(3), 0),
    ]
    return [graph.emit.op('Conv', inputs, node.y.shape, { attributes: node.attributes, dataType: 'float32' })]
  },
  QLinearConv: (node, graph) => {
    const { emit } = graph
    const [xScale, wScale, yScale, zero] = [node.input(1), node.input(4), node.input(6), node.input(7)]
    const bias = node.optionalInput(8)
    const inputs = [graph.minus(node.x, node.input(2), 1), graph.minus(node.input(3), node.input(5), 0)]
    const all = bias === undefined ? inputs : [...inputs, graph.float(bias)]
    const sums = emit.op('Conv', all, node.y.shape, { attributes: node.attributes, dataType: 'float32' })
    const rank = sums.shape.length
    const scale = emit.mul(graph.along(xScale, 1, rank), graph.along(wScale, 1, rank))
    return [graph.quantised(emit.mul(sums, scale), yScale, zero)]
  },
  QLinearMatMul: (node, graph) => {
    const a = graph.dequantised(node.x, node.input(1), node.input(2), -2)
    const b = graph.dequantised(node.input(3), node.input(4), node.input(5), -1)
    return [graph.quantised(graph.emit.matmul(a, b), node.input(6), node.input(7))]
  },
  QGemm: (node, graph) => {
    const { emit } = graph
    const [transA, transB] = [intAttribute(node, 'transA', 0), intAttribute(node, 'transB', 0)]
    const inputs = [
      graph.minus(node.x, node.input(2), 1),
      graph.minus(node.input(3), node.input(5), transB === 0 ? 1 : 0),
    ]
    const product = emit.op('Gemm', inputs, node.y.shape, {
      attributes: { transA, transB },
      dataType: 'float32',
    })
    const c = node.optionalInput(6)
    const sums = c === undefined ? product : emit.add(product, graph.float(c))
    const scale = emit.mul(graph.along(node.input(1), 1, 2), graph.along(node.input(4), 1, 2))
    const y = emit.mul(emit.mul(sums, scale), floatAttribute(node, 'alpha', 1))
    const yScale = node.optionalInput(7)
    return [yScale === undefined ? y : graph.quantised(y, yScale, node.optionalInput(8))]
  },
  MatMulIntegerToFloat: (node, graph) => {
    const a = graph.dequantised(node.x, node.input(2), node.optionalInput(4), -2)
    const b = graph.dequantised(node.input(1), node.input(3), node.optionalInput(5), -1)
    return [withBias(graph.emit.matmul(a, b), node.optionalInput(6), graph)]
  },
  DynamicQuantizeMatMul: (node, graph) => {
    const { scale, zero } = graph.dynamicScale(node.x)
    const a = graph.dequantised(graph.quantised(node.x, scale, zero), scale, zero)
    const b = graph.dequantised(node.input(1), node.input(2), node.optionalInput(3), -1)
    return [withBias(graph.emit.matmul(a, b), node.optionalInput(4), graph)]
  },
  // ONNX Runtime adds the zero point of a sum before it rounds (MLAS qladd.cpp).
  QLinearAdd: binary('Add', { roundsZero: true }),
  QLinearMul: binary('Mul'),
  QLinearSigmoid: unary('Sigmoid'),
  QLinearLeakyRelu: unary('LeakyRelu'),
  QLinearGlobalAveragePool: unary('GlobalAveragePool'),
  QLinearAveragePool: unary('AveragePool'),
  QLinearSoftmax: unary('Softmax'),
  QLinearConcat: (node, graph) => {
    const parts = node.inputs.slice(2)
    const values = parts.flatMap((part, n) =>
      n % 3 === 0 && part !== null ? [graph.dequantised(part, node.input(n + 3), node.input(n + 4))] : [],
    )
    const axis = intAttribute(node, 'axis', 1)
    const all = graph.emit.op('Concat', values, node.y.shape, { attributes: { axis } })
    return [graph.quantised(all, node.x, node.input(1))]
  },
}

/** A, its scale and zero point, B's, and those of the result. */
function binary(opType: string, rounding: Pick<Target, 'roundsZero'> = {}): QuantisedRule {
  return (node, graph) => {
    const a = graph.dequantised(node.x, node.input(1), node.input(2))
    const b = graph.dequantised(node.input(3), node.input(4), node.input(5))
    return [graph.quantised(graph.emit.map(opType, a, b), node.input(6), node.input(7), rounding)]
  }
}

/** X, its scale and zero point, and those of the result. */
function unary(opType: string): QuantisedRule {
  return (node, graph) => {
    if (intAttribute(node, 'channels_last', 0) !== 0) throw node.unsupported('channels_last = 0', '1')
    const { channels_last: _, opset: __, ...attributes } = node.attributes
    const x = graph.dequantised(node.x, node.input(1), node.input(2))
    const y = graph.emit.op(opType, [x], node.y.shape, { attributes, dataType: 'float32' })
    return [graph.quantised(y, node.input(3), node.input(4))]
  }
}

function withBias(y: Value, bias: Value | undefined, graph: FloatGraph): Value {
  return bias === undefined ? y : graph.emit.add(y, bias)
}

function axisOf(node: ForwardNode): number {
  const blockSize = intAttribute(node, 'block_size', 0)
  if (blockSize !== 0) throw node.unsupported('scales of axes', `blocks of ${blockSize}`)
  return intAttribute(node, 'axis', 1)
}

/** The type of a QuantizeLinear's results: of its zero point, or as it says. */
function quantisedType(node: ForwardNode, zero: Value | undefined): DataType {
  const code = intAttribute(node, 'output_dtype', 0)
  return zero?.dataType ?? (code === 0 ? 'uint8' : dataTypeOf(code))
}
