import { boolTensor } from '../../../src/core/onnx/onnx-tensor.ts'
import { floats, x, positive, type NamedRuleCase } from './values.ts'

/** Operations on several operands, with broadcasting. */
export const arithmetic: readonly NamedRuleCase[] = [
  { op: 'Add', inputs: [x([3, 4]), x([4])], wrt: [0, 1] },
  { op: 'Add', at: 'same shapes', inputs: [x([3, 4]), x([3, 4])], wrt: [0, 1] },
  { op: 'Clip', inputs: [x([3, 4]), floats([], -0.75), floats([], 1)] },
  { op: 'Clip', at: 'one limit', inputs: [x([3, 4]), null, floats([], 0.5)] },
  {
    op: 'Clip',
    at: 'opset 6',
    inputs: [x([3, 4])],
    attributes: { min: { float: -0.75 }, max: { float: 1 } },
    opset: 10,
  },
  {
    op: 'Clip',
    at: 'limits that depend on the image',
    inputs: [
      x([3, 4]),
      { shape: [], data: Float32Array.of(-0.81) },
      { shape: [], data: Float32Array.of(0.92) },
    ],
    wrt: [1, 2],
    step: 0.005,
  },
  { op: 'Div', inputs: [x([3, 4]), positive(4)], wrt: [0, 1] },
  { op: 'Max', inputs: [x([3, 4]), x([4], -1, 1), x([3, 1], -0.7, 0.8)], wrt: [0, 1, 2], step: 0.003 },
  { op: 'Min', inputs: [x([3, 4]), x([4], -1, 1)], wrt: [0, 1], step: 0.003 },
  { op: 'Mul', inputs: [x([2, 3, 4]), x([3, 1])], wrt: [0, 1] },
  { op: 'Pow', inputs: [x([3, 4]), floats([], 2)] },
  { op: 'Pow', at: 'a root', inputs: [positive(3, 4), floats([], 0.5)] },
  { op: 'Pow', at: 'a cube', inputs: [x([3, 4]), floats([1], 3)] },
  { op: 'Pow', at: 'exponents that depend on the image', inputs: [positive(3, 4), x([4])], wrt: [0, 1] },
  { op: 'Sub', inputs: [x([3, 4]), x([3, 1])], wrt: [0, 1] },
  { op: 'Sum', inputs: [x([3, 4]), x([4]), x([3, 1])], wrt: [0, 1, 2] },
  { op: 'Where', inputs: [boolTensor([4], [true, false, false, true]), x([3, 4]), x([3, 1])], wrt: [1, 2] },
  { op: 'Mean', inputs: [x([3, 4]), x([4]), x([3, 1])], wrt: [0, 1, 2] },
  {
    op: 'Mod',
    inputs: [x([3, 4], -4, 4), floats([4], 1.5, -2, 0.7, 2.6)],
    attributes: { fmod: 1 },
    step: 0.003,
  },
  {
    op: 'Mod',
    at: 'by values that depend on the image',
    inputs: [floats([3], 4, -5, 6), x([3], 1.1, 1.9)],
    attributes: { fmod: 1 },
    wrt: [1],
    step: 0.001,
  },
]
