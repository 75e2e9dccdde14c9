import { x, type NamedRuleCase } from './values.ts'

/** Sums of products. */
export const products: readonly NamedRuleCase[] = [
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
  { op: 'MatMul', inputs: [x([2, 3]), x([3, 4])], wrt: [0, 1] },
  { op: 'MatMul', at: 'batches broadcast', inputs: [x([2, 1, 2, 3]), x([4, 3, 2])], wrt: [0, 1] },
  { op: 'MatMul', at: 'vector and matrix', inputs: [x([3]), x([2, 3, 4])], wrt: [0, 1] },
  { op: 'MatMul', at: 'matrix and vector', inputs: [x([2, 3, 4]), x([4])], wrt: [0, 1] },
  { op: 'MatMul', at: 'two vectors', inputs: [x([4]), x([4])], wrt: [0, 1] },
  {
    op: 'Einsum',
    inputs: [x([2, 3, 4]), x([2, 4, 5])],
    attributes: { equation: 'bij,bjk->bki' },
    wrt: [0, 1],
  },
  {
    op: 'Einsum',
    at: 'no arrow',
    inputs: [x([2, 3]), x([3, 4])],
    attributes: { equation: 'zj, ja' },
    wrt: [0, 1],
  },
  {
    op: 'Einsum',
    at: 'ellipses',
    inputs: [x([2, 5, 3, 4]), x([2, 5, 4, 2])],
    attributes: { equation: '...ij,...jk->...ik' },
    wrt: [0, 1],
  },
  {
    op: 'Einsum',
    at: 'an ellipsis, no arrow',
    inputs: [x([2, 3, 4]), x([4, 2])],
    attributes: { equation: '...j,jk' },
    wrt: [0, 1],
  },
  {
    op: 'Einsum',
    at: 'three operands',
    inputs: [x([2, 3]), x([3, 4]), x([4])],
    attributes: { equation: 'ij,jk,k->i' },
    wrt: [0, 1, 2],
  },
  {
    op: 'Einsum',
    at: 'labels summed alone',
    inputs: [x([2, 3, 4]), x([2])],
    attributes: { equation: 'ijk,i->j' },
    wrt: [0, 1],
  },
  { op: 'Einsum', at: 'one operand', inputs: [x([2, 3, 4])], attributes: { equation: 'ijk->ki' } },
  {
    op: 'Einsum',
    at: 'a trace beside the operand',
    inputs: [x([2, 3]), x([3, 3])],
    attributes: { equation: 'ij,jj->i' },
  },
]
