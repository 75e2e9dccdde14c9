import { expect, test } from 'vitest'
import { checkRule, distinctValues, floats, ints, ruleTolerance, type RuleCase } from '../../../../test/support/check-rule.ts'
import { boolTensor } from '../../onnx/onnx-tensor.ts'
import { supportedOps } from '../rules.ts'
import type { VjpRule } from '../rule.ts'

const x = distinctValues
const positive = (...shape: number[]) => distinctValues(shape, 0.4, 2)
const image = x([1, 2, 5, 6])
const kernel = (...shape: number[]) => distinctValues(shape, -0.8, 0.8)

/** Every operator with every form of it that its rule claims; `at` names the form. */
const cases: readonly (RuleCase & { readonly at?: string })[] = [
  { op: 'Abs', inputs: [x([3, 4])] },
  { op: 'Add', inputs: [x([3, 4]), x([4])], wrt: [0, 1] },
  { op: 'Add', at: 'same shapes', inputs: [x([3, 4]), x([3, 4])], wrt: [0, 1] },
  { op: 'AveragePool', inputs: [image], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] } },
  {
    op: 'AveragePool',
    at: 'padding counted',
    inputs: [image],
    attributes: { kernel_shape: [3, 2], pads: [1, 0, 1, 1], count_include_pad: 1 },
  },
  { op: 'AveragePool', at: 'tiles', inputs: [x([1, 2, 4, 6])], attributes: { kernel_shape: [2, 3], strides: [2, 3] } },
  { op: 'AveragePool', at: 'ceil_mode', inputs: [image], attributes: { kernel_shape: [2, 2], strides: [2, 4], ceil_mode: 1 } },
  {
    op: 'AveragePool',
    at: 'SAME_UPPER',
    inputs: [image],
    attributes: { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  { op: 'AveragePool', at: '1-D', inputs: [x([2, 3, 7])], attributes: { kernel_shape: [3], strides: [2] } },
  { op: 'AveragePool', at: '3-D', inputs: [x([1, 2, 3, 4, 4])], attributes: { kernel_shape: [2, 2, 2] } },
  {
    op: 'BatchNormalization',
    inputs: [image, floats([2], 0.7, -1.2), floats([2], 0.1, 0.3), floats([2], 0.2, -0.1), floats([2], 0.5, 2)],
  },
  { op: 'Cast', inputs: [x([2, 3])], attributes: { to: 1 } },
  { op: 'Clip', inputs: [x([3, 4]), floats([], -0.75), floats([], 1)] },
  { op: 'Clip', at: 'one limit', inputs: [x([3, 4]), null, floats([], 0.5)] },
  { op: 'Clip', at: 'opset 6', inputs: [x([3, 4])], attributes: { min: { float: -0.75 }, max: { float: 1 } }, opset: 10 },
  {
    op: 'Clip',
    at: 'limits that depend on the image',
    inputs: [x([3, 4]), { shape: [], data: Float32Array.of(-0.81) }, { shape: [], data: Float32Array.of(0.92) }],
    wrt: [1, 2],
    step: 0.005,
  },
  { op: 'Concat', inputs: [x([2, 3]), x([2, 1]), x([2, 2])], attributes: { axis: -1 }, wrt: [0, 1, 2] },
  { op: 'Conv', inputs: [image, kernel(4, 2, 3, 3), kernel(4)], wrt: [0, 2], attributes: { pads: [1, 1, 1, 1] } },
  { op: 'Conv', at: 'no padding', inputs: [image, kernel(3, 2, 2, 3)] },
  { op: 'Conv', at: 'strides', inputs: [image, kernel(3, 2, 3, 3)], attributes: { strides: [2, 3], pads: [1, 1, 1, 1] } },
  { op: 'Conv', at: 'dilations', inputs: [image, kernel(3, 2, 3, 2)], attributes: { dilations: [2, 3], pads: [2, 0, 1, 2] } },
  {
    op: 'Conv',
    at: 'strides and dilations',
    inputs: [x([1, 1, 9, 10]), kernel(2, 1, 3, 3)],
    attributes: { dilations: [2, 1], strides: [2, 3] },
  },
  { op: 'Conv', at: 'groups', inputs: [x([1, 4, 4, 5]), kernel(6, 2, 3, 3)], attributes: { group: 2, pads: [1, 0, 0, 1] } },
  {
    op: 'Conv',
    at: 'depthwise, strided',
    inputs: [x([1, 3, 5, 5]), kernel(3, 1, 3, 3)],
    attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { op: 'Conv', at: 'padding wider than the kernel', inputs: [image, kernel(2, 2, 1, 2)], attributes: { pads: [1, 2, 0, 1] } },
  { op: 'Conv', at: '1x1, stride 2', inputs: [image, kernel(3, 2, 1, 1)], attributes: { strides: [2, 2] } },
  { op: 'Conv', at: 'SAME_UPPER', inputs: [image, kernel(2, 2, 3, 2)], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 1] } },
  { op: 'Conv', at: 'SAME_LOWER', inputs: [image, kernel(2, 2, 2, 4)], attributes: { auto_pad: 'SAME_LOWER' } },
  { op: 'Conv', at: 'VALID', inputs: [image, kernel(2, 2, 2, 2)], attributes: { auto_pad: 'VALID', strides: [2, 2] } },
  { op: 'Conv', at: '1-D', inputs: [x([2, 3, 7]), kernel(2, 3, 3)], attributes: { pads: [1, 2] } },
  { op: 'Conv', at: '3-D', inputs: [x([1, 2, 4, 3, 5]), kernel(2, 2, 2, 3, 2)], attributes: { pads: [0, 1, 1, 1, 1, 0] } },
  {
    op: 'Conv',
    at: '3-D, strided',
    inputs: [x([1, 2, 4, 3, 5]), kernel(2, 2, 2, 3, 2)],
    attributes: { strides: [2, 1, 2], pads: [0, 1, 1, 1, 1, 0] },
  },
  {
    op: 'Conv',
    at: '3-D for WebGPU',
    inputs: [x([1, 4, 4, 3, 5]), kernel(2, 2, 2, 3, 2)],
    attributes: { group: 2, strides: [2, 1, 2], pads: [0, 1, 1, 1, 1, 0] },
    device: 'webgpu',
  },
  {
    op: 'MaxPool',
    at: '3-D for WebGPU',
    inputs: [x([1, 2, 4, 4, 3])],
    attributes: { kernel_shape: [2, 2, 2], strides: [2, 1, 3] },
    device: 'webgpu',
  },
  { op: 'ConvTranspose', inputs: [x([1, 3, 3, 4]), kernel(3, 2, 2, 2), kernel(2)], wrt: [0, 2], attributes: { strides: [2, 2] } },
  {
    op: 'ConvTranspose',
    at: 'output padding',
    inputs: [x([1, 2, 3, 4]), kernel(2, 2, 3, 3)],
    attributes: { strides: [2, 3], pads: [1, 1, 1, 1], output_padding: [1, 2] },
  },
  {
    op: 'ConvTranspose',
    at: 'groups, dilations',
    inputs: [x([1, 4, 3, 3]), kernel(4, 1, 2, 2)],
    attributes: { group: 2, dilations: [2, 1] },
  },
  {
    op: 'ConvTranspose',
    at: 'output shape',
    inputs: [x([1, 2, 3, 3]), kernel(2, 1, 3, 3)],
    attributes: { strides: [2, 2], output_shape: [6, 5] },
  },
  {
    op: 'ConvTranspose',
    at: 'SAME_UPPER',
    inputs: [x([1, 2, 3, 3]), kernel(2, 1, 3, 3)],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  { op: 'Div', inputs: [x([3, 4]), positive(4)], wrt: [0, 1] },
  { op: 'Dropout', inputs: [x([3, 4])] },
  { op: 'Elu', inputs: [x([3, 4])], attributes: { alpha: { float: 0.7 } } },
  { op: 'Erf', inputs: [x([3, 4])] },
  { op: 'Exp', inputs: [x([3, 4])] },
  { op: 'Expand', inputs: [x([3, 1]), ints(2, 3, 4)] },
  { op: 'Flatten', inputs: [x([2, 3, 4])] },
  { op: 'Gather', inputs: [x([3, 4, 2]), ints(2, 0, 2, -1)], attributes: { axis: 1 } },
  {
    op: 'Gather',
    at: 'one index',
    inputs: [x([3, 4, 2]), { dataType: 'int64', shape: [], raw: new Uint8Array(8) }],
    attributes: { axis: 1 },
  },
  { op: 'Gather', at: 'a matrix of indices', inputs: [x([5, 2]), { ...ints(4, 1, 1, 0), shape: [2, 2] }] },
  {
    op: 'Gemm',
    inputs: [x([2, 3]), x([3, 4]), x([4])],
    wrt: [0, 1, 2],
    attributes: { alpha: { float: 0.6 }, beta: { float: 1.4 } },
  },
  {
    op: 'Gemm',
    at: 'transposed',
    inputs: [x([3, 2]), x([4, 3]), x([2, 1])],
    wrt: [0, 1, 2],
    attributes: { transA: 1, transB: 1 },
  },
  { op: 'Gemm', at: 'A transposed', inputs: [x([3, 2]), x([3, 4])], wrt: [0, 1], attributes: { transA: 1 } },
  { op: 'Gemm', at: 'B transposed', inputs: [x([2, 3]), x([4, 3])], wrt: [0, 1], attributes: { transB: 1 } },
  { op: 'GlobalAveragePool', inputs: [image] },
  { op: 'HardSigmoid', inputs: [x([3, 4], -4, 4)], attributes: { alpha: { float: 0.25 }, beta: { float: 0.4 } } },
  { op: 'HardSwish', inputs: [x([3, 4], -4.4, 4.4)] },
  { op: 'Identity', inputs: [x([3, 4])] },
  { op: 'InstanceNormalization', inputs: [x([2, 3, 2, 4]), positive(3), x([3])], wrt: [0, 1, 2] },
  { op: 'LayerNormalization', inputs: [x([2, 3, 5]), positive(5), x([5])], wrt: [0, 1, 2] },
  {
    op: 'LayerNormalization',
    at: 'two axes, no bias',
    inputs: [x([2, 3, 4]), positive(3, 4)],
    wrt: [0, 1],
    attributes: { axis: 1 },
  },
  { op: 'LeakyRelu', inputs: [x([3, 4])], attributes: { alpha: { float: 0.3 } } },
  { op: 'Log', inputs: [positive(3, 4)] },
  { op: 'LogSoftmax', inputs: [x([2, 3, 4])], attributes: { axis: 1 } },
  { op: 'LogSoftmax', at: 'opset 11', inputs: [x([2, 3, 4])], opset: 11 },
  { op: 'MatMul', inputs: [x([2, 3]), x([3, 4])], wrt: [0, 1] },
  { op: 'MatMul', at: 'batches broadcast', inputs: [x([2, 1, 2, 3]), x([4, 3, 2])], wrt: [0, 1] },
  { op: 'MatMul', at: 'vector and matrix', inputs: [x([3]), x([2, 3, 4])], wrt: [0, 1] },
  { op: 'MatMul', at: 'matrix and vector', inputs: [x([2, 3, 4]), x([4])], wrt: [0, 1] },
  { op: 'MatMul', at: 'two vectors', inputs: [x([4]), x([4])], wrt: [0, 1] },
  { op: 'Max', inputs: [x([3, 4]), x([4], -1, 1), x([3, 1], -0.7, 0.8)], wrt: [0, 1, 2], step: 0.003 },
  { op: 'MaxPool', inputs: [image], attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } },
  {
    op: 'MaxPool',
    at: 'dilations, ceil_mode',
    inputs: [x([1, 2, 7, 7])],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], dilations: [2, 1], ceil_mode: 1 },
  },
  { op: 'MaxPool', at: '3-D', inputs: [x([1, 2, 4, 4, 3])], attributes: { kernel_shape: [2, 2, 2], strides: [2, 1, 1] } },
  { op: 'MaxPool', at: 'Indices already there', inputs: [image], attributes: { kernel_shape: [2, 2] }, outputCount: 2 },
  {
    op: 'MaxPool',
    at: 'for WebGPU',
    inputs: [image],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    device: 'webgpu',
  },
  {
    op: 'MaxPool',
    at: 'for WebGPU, ceil_mode',
    inputs: [image],
    attributes: { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 },
    device: 'webgpu',
  },
  {
    op: 'MaxPool',
    at: 'for WebGPU, not all pixels',
    inputs: [image],
    attributes: { kernel_shape: [2, 2], strides: [2, 3] },
    device: 'webgpu',
  },
  { op: 'Min', inputs: [x([3, 4]), x([4], -1, 1)], wrt: [0, 1], step: 0.003 },
  { op: 'Mul', inputs: [x([2, 3, 4]), x([3, 1])], wrt: [0, 1] },
  { op: 'Neg', inputs: [x([3, 4])] },
  { op: 'PRelu', inputs: [x([2, 3, 2]), positive(3, 1)], wrt: [0, 1] },
  { op: 'Pad', inputs: [x([2, 3, 4]), ints(0, 1, 2, 1, 0, 3)] },
  { op: 'Pad', at: 'cropping', inputs: [x([3, 5]), ints(-1, 2, 1, -2)] },
  { op: 'Pad', at: 'reflect', inputs: [x([2, 3, 4]), ints(0, 2, 1, 0, 1, 3)], attributes: { mode: 'reflect' } },
  { op: 'Pad', at: 'edge', inputs: [x([2, 3, 4]), ints(0, 2, 5, 0, 1, 3)], attributes: { mode: 'edge' } },
  { op: 'Pad', at: 'wrap', inputs: [x([3, 4]), ints(1, 2, 2, 3)], attributes: { mode: 'wrap' }, opset: 19 },
  { op: 'Pad', at: 'some axes', inputs: [x([2, 3, 4]), ints(1, 2), null, ints(-1)] },
  { op: 'Pow', inputs: [x([3, 4]), floats([], 2)] },
  { op: 'Pow', at: 'a root', inputs: [positive(3, 4), floats([], 0.5)] },
  { op: 'Pow', at: 'a cube', inputs: [x([3, 4]), floats([1], 3)] },
  { op: 'Pow', at: 'exponents that depend on the image', inputs: [positive(3, 4), x([4])], wrt: [0, 1] },
  ...['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceLogSumExp'].flatMap((op) => [
    { op, inputs: [x([2, 3, 4]), ints(1, -1)] },
    { op, at: 'axes dropped', inputs: [x([2, 3, 4]), ints(1)], attributes: { keepdims: 0 } },
    { op, at: 'all axes', inputs: [x([3, 4])], attributes: { keepdims: 0 } },
    { op, at: 'opset 11', inputs: [x([2, 3, 4])], attributes: { axes: [-2] }, opset: 11 },
  ]),
  { op: 'Relu', inputs: [x([3, 4])] },
  { op: 'Reshape', inputs: [x([2, 3, 4]), ints(4, -1)] },
  ...resizeCases(),
  { op: 'Selu', inputs: [x([3, 4])] },
  { op: 'Sigmoid', inputs: [x([3, 4])] },
  { op: 'Slice', inputs: [x([4, 5, 3]), ints(1, -2), ints(3, 9_223_372_036_854_775_807), ints(0, -1)] },
  { op: 'Slice', at: 'steps', inputs: [x([3, 8]), ints(1), ints(8), ints(1), ints(3)] },
  { op: 'Slice', at: 'backwards', inputs: [x([3, 8]), ints(-2), ints(-8), ints(1), ints(-2)] },
  { op: 'Slice', at: 'opset 9', inputs: [x([4, 5])], attributes: { starts: [1], ends: [-1] }, opset: 9 },
  { op: 'Softmax', inputs: [x([2, 3, 4])] },
  { op: 'Softmax', at: 'axis 1', inputs: [x([2, 3, 4])], attributes: { axis: 1 } },
  { op: 'Softmax', at: 'opset 11', inputs: [x([2, 3, 4])], attributes: { axis: 1 }, opset: 11 },
  { op: 'Softplus', inputs: [x([3, 4])] },
  { op: 'Split', inputs: [x([2, 6]), ints(1, 3, 2)], attributes: { axis: 1 }, outputCount: 3, outputs: [0, 2] },
  { op: 'Split', at: 'equal parts, opset 11', inputs: [x([4, 3])], opset: 11, outputCount: 2, outputs: [1, 0] },
  { op: 'Sqrt', inputs: [positive(3, 4)] },
  { op: 'Squeeze', inputs: [x([2, 1, 3, 1]), ints(1)] },
  { op: 'Squeeze', at: 'opset 11', inputs: [x([2, 1, 3])], attributes: { axes: [1] }, opset: 11 },
  { op: 'Sub', inputs: [x([3, 4]), x([3, 1])], wrt: [0, 1] },
  { op: 'Sum', inputs: [x([3, 4]), x([4]), x([3, 1])], wrt: [0, 1, 2] },
  { op: 'Tanh', inputs: [x([3, 4])] },
  { op: 'Transpose', inputs: [x([2, 3, 4])], attributes: { perm: [2, 0, 1] } },
  { op: 'Transpose', at: 'reversed', inputs: [x([2, 3, 4])] },
  { op: 'Unsqueeze', inputs: [x([2, 3]), ints(0, 2)] },
  { op: 'Unsqueeze', at: 'opset 11', inputs: [x([2, 3])], attributes: { axes: [1] }, opset: 11 },
  { op: 'Where', inputs: [boolTensor([4], [true, false, false, true]), x([3, 4]), x([3, 1])], wrt: [1, 2] },
]

function resizeCases(): (RuleCase & { readonly at: string })[] {
  const sizes = ints(1, 2, 8, 3)
  const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']
  const half = { opset: 19, coordinate: 'half_pixel_symmetric' }
  const resize = (at: string, attributes: RuleCase['attributes'], opset = 18): RuleCase & { readonly at: string } => ({
    op: 'Resize',
    at,
    inputs: [image, null, null, sizes],
    attributes: attributes ?? {},
    opset,
  })
  return [
    ...['linear', 'cubic'].flatMap((mode) =>
      coordinates.map((each) => resize(`${mode}, ${each}`, { mode, coordinate_transformation_mode: each })),
    ),
    ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].flatMap((nearest_mode) =>
      coordinates.map((each) =>
        resize(`${nearest_mode}, ${each}`, { mode: 'nearest', nearest_mode, coordinate_transformation_mode: each }),
      ),
    ),
    resize('half_pixel_symmetric', { mode: 'linear', coordinate_transformation_mode: half.coordinate }, half.opset),
    resize('antialiased', { mode: 'linear', antialias: 1 }),
    resize('antialiased, cubic', { mode: 'cubic', antialias: 1 }),
    resize('outside excluded', { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: { float: -0.5 } }),
    { op: 'Resize', at: 'scales', inputs: [image, null, floats([4], 1, 1, 1.7, 0.6)], attributes: { mode: 'linear' } },
    { op: 'Resize', at: 'some axes', inputs: [image, null, null, ints(3, 9)], attributes: { mode: 'linear', axes: [3, 2] } },
    {
      op: 'Resize',
      at: 'aspect ratio kept',
      inputs: [image, null, null, ints(9, 9)],
      attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
    },
    {
      op: 'Resize',
      at: 'a region',
      inputs: [image, floats([8], 0, 0, 0.1, -0.2, 1, 1, 0.7, 0.8), null, sizes],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
    },
    { op: 'Resize', at: '3-D', inputs: [x([1, 1, 2, 3, 2]), null, floats([5], 1, 1, 2, 2, 2)], attributes: { mode: 'linear' } },
    { op: 'Resize', at: 'opset 10', inputs: [image, floats([4], 1, 1, 2, 2)], opset: 10 },
    { op: 'Upsample', at: 'opset 9', inputs: [image, floats([4], 1, 1, 2, 2)], opset: 9, attributes: { mode: 'linear' } },
  ]
}

test.each(cases.map((each) => [`${each.op}${each.at === undefined ? '' : ` (${each.at})`}`, each] as const))(
  '%s: the rule agrees with differences',
  async (_, ruleCase) => {
    expect(await checkRule(ruleCase)).toBeLessThan(ruleTolerance)
  },
)

test('every rule has a case', () => {
  const tested = new Set(cases.map(({ op }) => op))
  expect(supportedOps.filter((op) => !tested.has(op))).toEqual([])
})

test('the checker rejects a rule that is wrong by 0.05 %', async () => {
  const wrong: VjpRule = ({ g, y }, emit) => [() => emit.mul(emit.mul(g, emit.sub(1, emit.mul(y, y))), 1.0005)]
  const error = await checkRule({ op: 'Tanh', inputs: [x([3, 4])] }, () => wrong)
  expect(error).toBeGreaterThan(3 * ruleTolerance)
  expect(error).toBeCloseTo(5e-4, 4)
})

test('the checker rejects a rule that forgets one element of twelve', async () => {
  const mask = new Float32Array(12).fill(1)
  mask[5] = 0
  const wrong: VjpRule = ({ g }, emit) => [() => emit.mul(g, emit.floats([3, 4], mask))]
  expect(await checkRule({ op: 'Identity', inputs: [x([3, 4])] }, () => wrong)).toBeGreaterThan(100 * ruleTolerance)
})
