import { tensor } from '../../../src/core/tensor/tensor.ts'
import { ints, x, positive, scalar, type NamedRuleCase } from './values.ts'

/** Reductions. */
export const reductions: readonly NamedRuleCase[] = [
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSum',
    'ReduceSumSquare',
  ].flatMap(forms),
  {
    op: 'ReduceProd',
    at: 'zeros',
    inputs: [tensor([3, 3], Float32Array.of(0, 2, 3, 0, 0, 4, 5, -6, 7)), ints(1)],
    step: 0.01,
  },
  { op: 'CumSum', inputs: [x([3, 4]), scalar(1)] },
  {
    op: 'CumSum',
    at: 'exclusive, in reverse',
    inputs: [x([3, 4]), scalar(-2)],
    attributes: { exclusive: 1, reverse: 1 },
  },
]

/**
 * What all reductions have in common: a list of axes, dropped axes, all axes, and the attribute of older
 * operator sets.
 */
function forms(op: string): NamedRuleCase[] {
  const inputs = [positive(2, 3, 4)]
  return [
    { op, inputs: [...inputs, ints(1, -1)] },
    { op, at: 'axes dropped', inputs: [...inputs, ints(1)], attributes: { keepdims: 0 } },
    { op, at: 'all axes', inputs: [positive(3, 4)], attributes: { keepdims: 0 } },
    { op, at: 'no axes are none', inputs: [...inputs, ints()], attributes: { noop_with_empty_axes: 1 } },
    { op, at: 'opset 11', inputs, attributes: { axes: [-2] }, opset: 11 },
  ]
}
