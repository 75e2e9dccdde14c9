import { expect, test } from 'vitest'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { printGraph } from '../onnx/print.ts'
import { gradientGraph } from './gradient-graph.ts'
import { prepare } from './prepare.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const ones = (count: number): Float32Array => new Float32Array(count).fill(1)

/** The gradient graph of a model from 'x' of a shape, as text. */
async function printed(
  graph: GraphBuilder,
  output: string,
  inputShape: readonly number[],
  device = 'cpu',
): Promise<string> {
  graph.output(output)
  const options = { inputName: 'x', outputName: output, inputShape, activation: 'detect' } as const
  const typed = await prepare(graph.build(), options, runtime)
  return printGraph(gradientGraph(typed, { kind: 'cross-entropy', termCount: 1, device }).model)
}

test('a small classifier: constants folded, softmax taken off, only nodes on the way to the image', async () => {
  const graph = new GraphBuilder({ opset: 13 })
  const x = graph.input('x', ['batch', 1, 4, 4])
  const conv = graph.node('Conv', [x, graph.floats([2, 1, 3, 3], ones(18)), graph.floats([2], [1, 2])], {
    pads: [1, 1, 1, 1],
  })
  const features = graph.node('Flatten', [graph.node('GlobalAveragePool', [graph.node('Relu', [conv])])])
  const logits = graph.node('Gemm', [features, graph.floats([2, 2], ones(4))])
  const output = graph.node('Softmax', [logits], { axis: 1 })
  expect(await printed(graph, output, [2, 1, 4, 4])).toMatchInlineSnapshot(`
    "x: float32[2, 1, 4, 4], gd0_target0: float32[2, 2], gd0_weight0: float32[1] ->
    v0 = Conv(x, float32[2, 1, 3, 3], [1, 2], auto_pad=NOTSET, pads=[1, 1, 1, 1], group=1)
    v1 = Relu(v0)
    v2 = GlobalAveragePool(v1)
    v3 = Flatten(v2, axis=1)
    v4 = Gemm(v3, [1, 1, 1, 1], transA=0, alpha=1, beta=1, transB=0)
    gd1_Mul = Mul(gd0_target0, gd0_weight0)
    gd2_LogSoftmax = LogSoftmax(v4, axis=1)
    gd3_Mul = Mul(gd1_Mul, gd2_LogSoftmax)
    gd5_ReduceSum = ReduceSum(gd3_Mul, [1], keepdims=0)
    gd7_Mul = Mul(gd5_ReduceSum, -1)
    gd8_ReduceSum = ReduceSum(gd1_Mul, [1], keepdims=1)
    gd9_Exp = Exp(gd2_LogSoftmax)
    gd10_Mul = Mul(gd9_Exp, gd8_ReduceSum)
    gd11_Sub = Sub(gd10_Mul, gd1_Mul)
    gd12_Gemm = Gemm(gd11_Sub, [1, 1, 1, 1], alpha=1, transA=0, transB=1)
    gd14_Reshape = Reshape(gd12_Gemm, [2, 2, 1, 1])
    gd16_Mul = Mul(gd14_Reshape, 0.0625)
    gd18_Expand = Expand(gd16_Mul, [2, 2, 4, 4])
    gd19_HardSigmoid = HardSigmoid(v1, alpha=1e+38, beta=0)
    gd20_Mul = Mul(gd18_Expand, gd19_HardSigmoid)
    gd22_Conv = Conv(gd20_Mul, float32[1, 2, 3, 3], kernel_shape=[3, 3], strides=[1, 1], dilations=[1, 1], pads=[1, 1, 1, 1], group=1)
    -> v4: float32[2, 2], gd7_Mul: float32[2], gd22_Conv: float32[2, 1, 4, 4]"
  `)
})

test('a small U-Net level: pooled maxima put back by index, resizing by matrices, the skip’s cotangents added', async () => {
  const graph = new GraphBuilder({ opset: 13 })
  const x = graph.input('x', [1, 1, 4, 4])
  const down = graph.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] })
  const up = graph.node('Resize', [down, '', graph.floats([4], [1, 1, 2, 2])], { mode: 'linear' })
  const output = graph.node('Concat', [graph.node('Tanh', [x]), up], { axis: 1 })
  expect(await printed(graph, output, [1, 1, 4, 4])).toMatchInlineSnapshot(`
    "x: float32[1, 1, 4, 4], gd0_target0: float32[1, 2, 4, 4], gd0_weight0: float32[1] ->
    v2 = Tanh(x)
    v0, gd31_output = MaxPool(x, auto_pad=NOTSET, ceil_mode=0, kernel_shape=[2, 2], storage_order=0, strides=[2, 2])
    v1 = Resize(v0, _, [1, 1, 2, 2], cubic_coeff_a=-0.75, extrapolation_value=0, mode=linear, exclude_outside=0, nearest_mode=round_prefer_floor, coordinate_transformation_mode=half_pixel)
    v3 = Concat(v2, v1, axis=1)
    gd1_Mul = Mul(gd0_target0, gd0_weight0)
    gd2_LogSoftmax = LogSoftmax(v3, axis=1)
    gd3_Mul = Mul(gd1_Mul, gd2_LogSoftmax)
    gd5_ReduceSum = ReduceSum(gd3_Mul, [1, 2, 3], keepdims=0)
    gd7_Mul = Mul(gd5_ReduceSum, -0.0625)
    gd9_ReduceSum = ReduceSum(gd1_Mul, [1], keepdims=1)
    gd10_Exp = Exp(gd2_LogSoftmax)
    gd11_Mul = Mul(gd10_Exp, gd9_ReduceSum)
    gd12_Sub = Sub(gd11_Mul, gd1_Mul)
    gd14_Mul = Mul(gd12_Sub, 0.0625)
    gd16_Slice = Slice(gd14_Mul, [0], [1], [1])
    gd18_Slice = Slice(gd14_Mul, [1], [2], [1])
    gd20_Reshape = Reshape(gd18_Slice, [4, 4])
    gd22_MatMul = MatMul(gd20_Reshape, [1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1])
    gd24_Reshape = Reshape(gd22_MatMul, [1, 1, 4, 2])
    gd26_Reshape = Reshape(gd24_Reshape, [1, 4, 2])
    gd28_MatMul = MatMul([1, 0.75, 0.25, 0, 0, 0.25, 0.75, 1], gd26_Reshape)
    gd30_Reshape = Reshape(gd28_MatMul, [1, 1, 2, 2])
    gd33_MaxUnpool = MaxUnpool(gd30_Reshape, gd31_output, [1, 1, 4, 4], kernel_shape=[1, 1])
    gd34_Mul = Mul(v2, v2)
    gd36_Sub = Sub(1, gd34_Mul)
    gd37_Mul = Mul(gd16_Slice, gd36_Sub)
    gd38_Add = Add(gd33_MaxUnpool, gd37_Mul)
    -> v3: float32[1, 2, 4, 4], gd7_Mul: float32[1], gd38_Add: float32[1, 1, 4, 4]"
  `)
})
