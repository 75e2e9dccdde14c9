import { int64Tensor, type OnnxTensor } from '../../../src/core/onnx/onnx-tensor.ts'
import { floats, ints, x, type NamedRuleCase } from './values.ts'

/** Operators that move elements, by indices. */
export const indexing: readonly NamedRuleCase[] = [
  { op: 'Gather', inputs: [x([3, 4, 2]), ints(2, 0, 2, -1)], attributes: { axis: 1 } },
  {
    op: 'Gather',
    at: 'one index',
    inputs: [x([3, 4, 2]), { dataType: 'int64', shape: [], raw: new Uint8Array(8) }],
    attributes: { axis: 1 },
  },
  { op: 'Gather', at: 'a matrix of indices', inputs: [x([5, 2]), { ...ints(4, 1, 1, 0), shape: [2, 2] }] },
  { op: 'Gather', at: 'neighbours', inputs: [x([3, 5, 2]), ints(1, 2, 3)], attributes: { axis: 1 } },
  { op: 'GatherElements', inputs: [x([3, 4]), matrix([0, 2, -1, 2], [1, 0, 0, 3])], attributes: { axis: 1 } },
  { op: 'GatherND', inputs: [x([3, 4]), matrix([0, 1], [2, 3], [0, 1])] },
  { op: 'GatherND', at: 'rows', inputs: [x([3, 4]), matrix([2], [0])] },
  {
    op: 'GatherND',
    at: 'batch_dims',
    inputs: [x([2, 3, 4]), matrix([1], [2])],
    attributes: { batch_dims: 1 },
  },
  {
    op: 'GatherND',
    at: 'two batch_dims',
    inputs: [x([2, 3, 4]), int64Tensor([2, 3, 2, 1], [0, 1, 1, 1, 3, 0, 2, 2, 1, 0, 3, 3])],
    attributes: { batch_dims: 2 },
  },
  {
    op: 'ScatterElements',
    inputs: [x([3, 4]), matrix([0, 2], [3, 1]), x([2, 2])],
    attributes: { axis: 1 },
    wrt: [0, 2],
  },
  {
    op: 'Scatter',
    at: 'opset 9',
    inputs: [x([3, 4]), matrix([0, 2], [3, 1]), x([2, 2])],
    attributes: { axis: 1 },
    wrt: [0, 2],
    opset: 9,
  },
  {
    op: 'ScatterElements',
    at: 'add',
    inputs: [x([3, 4]), matrix([0, 2], [2, 2]), x([2, 2])],
    attributes: { reduction: 'add' },
    wrt: [0, 2],
  },
  { op: 'ScatterND', inputs: [x([4, 3]), matrix([1], [3]), x([2, 3])], wrt: [0, 2] },
  {
    op: 'ScatterND',
    at: 'opset 11',
    inputs: [x([4, 3]), matrix([1, 0], [3, 2]), x([2])],
    wrt: [0, 2],
    opset: 11,
  },
  {
    op: 'ScatterND',
    at: 'add',
    inputs: [x([4, 3]), matrix([1], [1]), x([2, 3])],
    attributes: { reduction: 'add' },
    wrt: [0, 2],
  },
  ...['max', 'min', 'mul'].flatMap((reduction): NamedRuleCase[] => [
    {
      op: 'ScatterElements',
      at: reduction,
      inputs: [x([3, 4]), matrix([0, 2], [2, 2]), x([2, 2], -1.4, 1.6)],
      attributes: { reduction, axis: 1 },
      wrt: [0, 2],
      step: 0.005,
    },
    {
      op: 'ScatterND',
      at: reduction,
      inputs: [x([4, 3]), matrix([1], [1]), x([2, 3], -1.4, 1.6)],
      attributes: { reduction },
      wrt: [0, 2],
      step: 0.005,
    },
  ]),
  {
    op: 'ScatterElements',
    at: 'a product with zeros',
    inputs: [x([3, 2]), matrix([0, 2], [0, 1]), floats([2, 2], 0, 2, 3, 0)],
    attributes: { reduction: 'mul' },
  },
  { op: 'TopK', inputs: [x([3, 5]), ints(2)], outputCount: 2 },
  {
    op: 'TopK',
    at: 'smallest, axis 0',
    inputs: [x([5, 3]), ints(2)],
    attributes: { axis: 0, largest: 0 },
    outputCount: 2,
  },
]

/** An int64 matrix. */
function matrix(...rows: readonly (readonly number[])[]): OnnxTensor {
  return int64Tensor([rows.length, rows[0]?.length ?? 0], rows.flat())
}
