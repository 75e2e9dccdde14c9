import { boolTensor } from '../../../src/core/onnx/onnx-tensor.ts'
import { floats, grid, image, ints, kernel, x, type NamedRuleCase } from './values.ts'

const pixels = x([2, 2, 3, 4])

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
    op: 'ConvTranspose',
    at: 'a computed kernel',
    inputs: [image, kernel(2, 2, 3, 3)],
    wrt: [1],
    error: 'expected a constant as input 1, got one that depends on the image',
  },
  {
    op: 'Einsum',
    at: 'a diagonal',
    inputs: [x([3, 3])],
    attributes: { equation: 'ii->i' },
    error: 'expected each label once in an operand, got ii',
  },
  {
    op: 'GridSample',
    at: 'cubic',
    inputs: [pixels, grid],
    attributes: { mode: 'bicubic' },
    opset: 16,
    error: 'expected mode linear or nearest, got bicubic',
  },
  {
    op: 'GridSample',
    at: 'reflection',
    inputs: [pixels, grid],
    attributes: { padding_mode: 'reflection' },
    opset: 20,
    error: 'expected padding_mode zeros or border, got reflection',
  },
  {
    op: 'MaxPool',
    at: 'column-major indices',
    inputs: [image],
    attributes: { kernel_shape: [2, 2], storage_order: 1 },
    error: 'expected storage_order 0, got column-major Indices',
  },
  ...['ScatterElements', 'ScatterND'].flatMap((op) =>
    ['mul', 'max', 'min'].map((reduction) => ({
      op,
      at: reduction,
      inputs: [x([3]), ints(1), x([1])].map((each, index) =>
        op === 'ScatterND' && index === 1 ? { ...ints(1), shape: [1, 1] } : each,
      ),
      attributes: { reduction },
      error: `expected reduction none or add, got ${reduction}`,
    })),
  ),
]
