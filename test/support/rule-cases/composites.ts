import { floats, ints, kernel, positive, x, type NamedRuleCase } from './values.ts'

/**
 * Operators that need no rule, because ONNX Runtime replaces them by simpler ones when it simplifies a model.
 */
export const composites: readonly NamedRuleCase[] = [
  { op: 'CastLike', inputs: [x([3, 4]), floats([1], 1)], opset: 15 },
  { op: 'CenterCropPad', inputs: [x([1, 2, 5, 4]), ints(3, 6)], attributes: { axes: [2, 3] } },
  {
    op: 'GroupNormalization',
    inputs: [x([2, 4, 2, 3]), positive(2), kernel(2)],
    attributes: { num_groups: 2 },
  },
  {
    op: 'GroupNormalization',
    at: 'opset 21',
    inputs: [x([2, 4, 2, 3]), positive(4), kernel(4)],
    attributes: { num_groups: 2 },
    opset: 21,
  },
  { op: 'HardSwish', inputs: [x([3, 4], -4.4, 4.4)], opset: 14 },
  { op: 'Mish', inputs: [x([3, 4])] },
  { op: 'Swish', inputs: [x([3, 4])], opset: 24 },
]
