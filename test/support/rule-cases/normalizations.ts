import { floats, x, positive, image, type NamedRuleCase } from './values.ts'

/** Normalisation, softmax included. */
export const normalizations: readonly NamedRuleCase[] = [
  { op: 'LogSoftmax', inputs: [x([2, 3, 4])], attributes: { axis: 1 } },
  { op: 'LogSoftmax', at: 'opset 11', inputs: [x([2, 3, 4])], opset: 11 },
  { op: 'Softmax', inputs: [x([2, 3, 4])] },
  { op: 'Softmax', at: 'axis 1', inputs: [x([2, 3, 4])], attributes: { axis: 1 } },
  { op: 'Softmax', at: 'opset 11', inputs: [x([2, 3, 4])], attributes: { axis: 1 }, opset: 11 },
  {
    op: 'BatchNormalization',
    inputs: [
      image,
      floats([2], 0.7, -1.2),
      floats([2], 0.1, 0.3),
      floats([2], 0.2, -0.1),
      floats([2], 0.5, 2),
    ],
  },
  { op: 'InstanceNormalization', inputs: [x([2, 3, 2, 4]), positive(3), x([3])], wrt: [0, 1, 2] },
  { op: 'LayerNormalization', inputs: [x([2, 3, 5]), positive(5), x([5])], wrt: [0, 1, 2] },
  {
    op: 'LayerNormalization',
    at: 'two axes, no bias',
    inputs: [x([2, 3, 4]), positive(3, 4)],
    wrt: [0, 1],
    attributes: { axis: 1 },
  },
  {
    op: 'LRN',
    inputs: [x([2, 7, 2, 3])],
    attributes: { size: 3, alpha: { float: 0.5 }, beta: { float: 0.6 }, bias: { float: 1.3 } },
  },
  {
    op: 'LRN',
    at: 'a wide window',
    inputs: [x([1, 4, 2, 3])],
    attributes: { size: 7, alpha: { float: 0.5 } },
  },
  { op: 'LpNormalization', inputs: [x([2, 3, 4])], attributes: { axis: 1 } },
  { op: 'LpNormalization', at: 'p = 1', inputs: [x([2, 3, 4])], attributes: { p: 1 } },
  { op: 'MeanVarianceNormalization', inputs: [x([2, 3, 2, 4])] },
  { op: 'MeanVarianceNormalization', at: 'axes', inputs: [x([2, 3, 2, 4])], attributes: { axes: [2, 3] } },
  { op: 'RMSNormalization', inputs: [x([2, 3, 5]), positive(5)], wrt: [0, 1], opset: 23 },
  {
    op: 'RMSNormalization',
    at: 'two axes',
    inputs: [x([2, 3, 4]), positive(3, 4)],
    wrt: [0, 1],
    attributes: { axis: 1, epsilon: { float: 0.1 } },
    opset: 23,
  },
]
