import { boolTensor, float32Tensor, int64Tensor } from '../../../src/core/onnx/onnx-tensor.ts'
import type { Attribute } from '../../../src/core/onnx/graph.ts'
import { bodyAttribute, float32Value, type NodeRow } from '../onnx-models.ts'
import { kernel, scalar, x, type NamedRuleCase } from './values.ts'

const always = boolTensor([], [true])
const int64Scalar = (name: string) => ({ name, dataType: 'int64' as const, shape: [] })
const truth = (name: string) => ({ name, dataType: 'bool' as const, shape: [] })
const weights = kernel(3, 3)

/** A Loop's body that carries h [N, 3] on and collects y, by `nodes`. */
function loopBody(nodes: readonly NodeRow[], goesOn: NodeRow = ['Identity', ['go'], 'goOn']): Attribute {
  return bodyAttribute('body', {
    inputs: [int64Scalar('i'), truth('go'), float32Value('h', [null, 3])],
    outputs: [truth('goOn'), float32Value('next', [null, 3]), float32Value('y', [null, 3])],
    nodes: [goesOn, ...nodes],
    initializers: { w: float32Tensor([3, 3], weights.data), one: float32Tensor([], [1]) },
    opset: 18,
  })
}

/** h ← tanh(h w), y = (i + 1) h² */
const power: readonly NodeRow[] = [
  ['MatMul', ['h', 'w'], 'product'],
  ['Tanh', ['product'], 'next'],
  ['Cast', ['i'], 'number', { to: 1 }],
  ['Add', ['number', 'one'], 'count'],
  ['Mul', ['h', 'h'], 'square'],
  ['Mul', ['square', 'count'], 'y'],
]

/** h ← tanh(h + s w), y = h s */
const scanBody = bodyAttribute('body', {
  inputs: [float32Value('h', [2, 3]), float32Value('s', [2, 3])],
  outputs: [float32Value('next', [2, 3]), float32Value('y', [2, 3])],
  nodes: [
    ['MatMul', ['s', 'w'], 'product'],
    ['Add', ['h', 'product'], 'sum'],
    ['Tanh', ['sum'], 'next'],
    ['Mul', ['h', 's'], 'y'],
  ],
  initializers: { w: float32Tensor([3, 3], weights.data) },
})

/** Operators with bodies, which are written out before differentiation. */
export const controlFlow: readonly NamedRuleCase[] = [
  {
    op: 'Loop',
    inputs: [scalar(4), always, x([2, 3])],
    attributes: { body: loopBody(power) },
    wrt: [2],
    outputCount: 2,
    outputs: [0, 1],
  },
  {
    op: 'Loop',
    at: 'opset 11, no condition',
    inputs: [scalar(3), null, x([2, 3])],
    attributes: { body: loopBody(power) },
    wrt: [2],
    outputCount: 2,
    outputs: [1],
    opset: 11,
  },
  {
    op: 'Loop',
    at: 'one step, a constant that goes on',
    inputs: [int64Tensor([1], [1]), always, x([2, 3])],
    attributes: { body: loopBody(power, ['Constant', [], 'goOn', { value: { tensor: always } }]) },
    wrt: [2],
    outputCount: 2,
    outputs: [0, 1],
  },
  {
    op: 'Scan',
    inputs: [x([2, 3]), x([4, 2, 3])],
    attributes: { body: scanBody, num_scan_inputs: 1 },
    wrt: [0, 1],
    outputCount: 2,
    outputs: [0, 1],
  },
  {
    op: 'Scan',
    at: 'backwards, other axes, opset 11',
    inputs: [x([2, 3]), x([2, 4, 3])],
    attributes: {
      body: scanBody,
      num_scan_inputs: 1,
      scan_input_axes: [1],
      scan_input_directions: [1],
      scan_output_axes: [2],
      scan_output_directions: [1],
    },
    wrt: [0, 1],
    outputCount: 2,
    outputs: [0, 1],
    opset: 11,
  },
]
