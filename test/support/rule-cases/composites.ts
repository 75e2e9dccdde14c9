import { boolTensor, int64Tensor } from '../../../src/core/onnx/onnx-tensor.ts'
import { floats, image, ints, kernel, offsets, positive, scalar, x, type NamedRuleCase } from './values.ts'

const width = 3

/** One recurrent layer over four steps of two sequences. */
function layer(op: string, gates: number, at: string, options: Partial<NamedRuleCase> = {}, directions = 1) {
  return {
    op,
    at,
    inputs: [
      x([4, 2, width]),
      kernel(directions, gates * width, width),
      kernel(directions, gates * width, width),
      kernel(directions, 2 * gates * width),
    ],
    outputCount: op === 'LSTM' ? 3 : 2,
    outputs: op === 'LSTM' ? [0, 1, 2] : [0, 1],
    opset: 14,
    attributes: { hidden_size: width },
    ...options,
  }
}

/** Operators that are taken apart before differentiation. */
export const decomposed: readonly NamedRuleCase[] = [
  { op: 'Attention', inputs: [x([2, 2, 3, 4]), x([2, 2, 5, 4]), x([2, 2, 5, 3])], wrt: [0, 1, 2], opset: 23 },
  {
    op: 'Attention',
    at: '3-D, grouped heads, causal',
    inputs: [x([1, 3, 8]), x([1, 3, 4]), x([1, 3, 4])],
    attributes: { q_num_heads: 4, kv_num_heads: 2, is_causal: 1, scale: { float: 0.3 } },
    wrt: [0, 1, 2],
    opset: 23,
  },
  {
    op: 'Attention',
    at: 'a mask',
    inputs: [x([1, 2, 3, 4]), x([1, 2, 3, 4]), x([1, 2, 3, 4]), kernel(3, 3)],
    wrt: [0, 3],
    opset: 23,
  },
  {
    op: 'Attention',
    at: 'a mask of truth values',
    inputs: [
      x([1, 2, 2, 4]),
      x([1, 2, 2, 4]),
      x([1, 2, 2, 4]),
      boolTensor([2, 2], [true, false, true, true]),
    ],
    wrt: [0, 1, 2],
    opset: 23,
  },
  {
    op: 'Attention',
    at: 'softcap',
    inputs: [x([1, 1, 3, 4]), x([1, 1, 3, 4]), x([1, 1, 3, 4])],
    attributes: { softcap: { float: 0.7 } },
    wrt: [0, 1, 2],
    opset: 23,
  },
  { op: 'DFT', inputs: [x([2, 5, 3, 2])], opset: 17 },
  {
    op: 'DFT',
    at: 'onesided, axis 2',
    inputs: [x([2, 3, 6, 1])],
    attributes: { onesided: 1, axis: 2 },
    opset: 17,
  },
  {
    op: 'DFT',
    at: 'inverse, opset 20',
    inputs: [x([2, 3, 4, 2]), null, scalar(1)],
    attributes: { inverse: 1 },
    opset: 20,
  },
  ...[5, 6].map((length) => ({
    op: 'DFT',
    at: `inverse of one side, ${length}`,
    inputs: [x([2, Math.floor(length / 2) + 1, 2]), scalar(length), scalar(1)],
    attributes: { inverse: 1, onesided: 1 },
    opset: 20,
  })),
  { op: 'DFT', at: 'padded', inputs: [x([2, 3, 1]), scalar(7)], opset: 20 },
  { op: 'DFT', at: 'cut', inputs: [x([2, 6, 2]), scalar(4)], opset: 20 },
  {
    op: 'DeformConv',
    inputs: [image, kernel(3, 2, 2, 3), offsets(1, 12, 4, 4), kernel(3)],
    wrt: [0, 1, 2, 3],
    opset: 19,
  },
  {
    op: 'DeformConv',
    at: 'groups, groups of offsets, a mask',
    inputs: [x([2, 4, 5, 6]), kernel(6, 2, 3, 2), offsets(2, 24, 3, 3), null, positive(2, 12, 3, 3)],
    attributes: { group: 2, offset_group: 2, strides: [2, 3], dilations: [1, 2], pads: [1, 2, 2, 1] },
    wrt: [0, 1, 2, 4],
    opset: 19,
  },
  layer('GRU', 3, 'forward'),
  layer('GRU', 3, 'linear before reset', { attributes: { hidden_size: width, linear_before_reset: 1 } }),
  layer('GRU', 3, 'both directions', { attributes: { hidden_size: width, direction: 'bidirectional' } }, 2),
  layer('LSTM', 4, 'forward', { wrt: [0, 1, 2, 3] }),
  layer('LSTM', 4, 'both directions', { attributes: { hidden_size: width, direction: 'bidirectional' } }, 2),
  layer('LSTM', 4, 'states', {
    inputs: [
      x([3, 2, width]),
      kernel(1, 4 * width, width),
      kernel(1, 4 * width, width),
      null,
      null,
      x([1, 2, width]),
      kernel(1, 2, width),
    ],
    wrt: [0, 5, 6],
  }),
  layer('RNN', 1, 'forward'),
  layer('RNN', 1, 'reverse', { attributes: { hidden_size: width, direction: 'reverse' } }),
  {
    op: 'RotaryEmbedding',
    inputs: [x([2, 2, 3, 4]), kernel(5, 2), positive(5, 2), int64Tensor([2, 3], [0, 1, 2, 2, 3, 4])],
    opset: 23,
  },
  {
    op: 'RotaryEmbedding',
    at: '3-D, interleaved, in part',
    inputs: [x([2, 3, 12]), kernel(2, 3, 2), positive(2, 3, 2)],
    attributes: { interleaved: 1, num_heads: 2, rotary_embedding_dim: 4 },
    opset: 23,
  },
]

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
