import { boolTensor } from '../../../src/core/onnx/onnx-tensor.ts'
import { floats, image, ints, x, type NamedRuleCase } from './values.ts'

/** Forms of supported operators through which no gradient is implemented, and how the error ends. */
export const refusals: readonly (NamedRuleCase & { readonly error: string })[] = [
  {
    op: 'BatchNormalization',
    at: 'training',
    inputs: [image, ...[1, 0, 0, 1].map((value) => floats([2], value, value))],
    attributes: { training_mode: 1 },
    outputCount: 3,
    error: 'expected inference, got training_mode = 1',
  },
  {
    op: 'Dropout',
    at: 'training',
    inputs: [x([3]), floats([], 0.4), boolTensor([], [true])],
    error: 'expected inference, got training_mode = true',
  },
  {
    op: 'MaxPool',
    at: 'column-major indices',
    inputs: [image],
    attributes: { kernel_shape: [2, 2], storage_order: 1 },
    error: 'expected storage_order 0, got column-major Indices',
  },
  {
    op: 'RoiAlign',
    at: 'max',
    inputs: [x([1, 2, 5, 6]), floats([1, 4], 0, 0, 4, 3), ints(0)],
    attributes: { mode: 'max', output_height: 2, output_width: 2 },
    error: 'expected mode avg, got max',
  },
  {
    op: 'Attention',
    at: 'softcap beside a mask',
    inputs: [x([1, 1, 3, 4]), x([1, 1, 3, 4]), x([1, 1, 3, 4])],
    attributes: { softcap: { float: 2 }, is_causal: 1 },
    opset: 23,
    error: 'expected no softcap beside a mask, got 2',
  },
  {
    op: 'GRU',
    at: 'sequences of several lengths',
    inputs: [
      x([2, 1, 2]),
      x([1, 6, 2]),
      x([1, 6, 2]),
      null,
      { dataType: 'int32', shape: [1], raw: Uint8Array.of(1, 0, 0, 0) },
    ],
    attributes: { hidden_size: 2 },
    opset: 14,
    error: 'expected sequences of one length, got sequence_lens',
  },
  {
    op: 'RNN',
    at: 'another activation',
    inputs: [x([2, 1, 2]), x([1, 2, 2]), x([1, 2, 2])],
    attributes: { hidden_size: 2, activations: { strings: ['Softsign'] } },
    opset: 14,
    error: 'expected activations Tanh, Relu or Sigmoid, got Softsign',
  },
]
