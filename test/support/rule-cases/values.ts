import { int64Tensor, type OnnxTensor } from '../../../src/core/onnx/onnx-tensor.ts'
import type { Tensor } from '../../../src/core/tensor/tensor.ts'
import { distinctValues, type RuleCase } from '../check-rule.ts'

export { floats, ints } from '../check-rule.ts'

/** One form of an operator; `at` names the form. */
export interface NamedRuleCase extends RuleCase {
  readonly at?: string
}

export const x = distinctValues

/** Values between 0.4 and 2. */
export function positive(...shape: number[]): Tensor {
  return distinctValues(shape, 0.4, 2)
}

/** One image of two channels and odd size. */
export const image = x([1, 2, 5, 6])

/** Weights of a convolution. */
export function kernel(...shape: number[]): Tensor {
  return distinctValues(shape, -0.8, 0.8)
}

/**
 * Points of a 2-D grid, some beyond the outermost pixels' centres, none within 0.02 of the centre of one of 3
 * or 4 pixels.
 */
export const grid = x([2, 3, 2, 2], -1.01, 1)

/** An int64 scalar. */
export function scalar(value: number): OnnxTensor {
  return int64Tensor([], [value])
}

/** e.g. 'Resize (linear, half_pixel)'. */
export function nameOf({ op, at }: NamedRuleCase): string {
  return at === undefined ? op : `${op} (${at})`
}

/** Offsets of a deformable convolution, a fraction of a pixel away from whole ones. */
export function offsets(...shape: number[]): Tensor {
  const { data } = distinctValues(shape, 0.2, 0.8)
  return { shape, data: data.map((value, index) => value + (index % 5) - 2) }
}
