import type { OnnxNode } from '../onnx/graph.ts'
import { isStopGradient } from '../onnx/stop-gradient.ts'

/**
 * Operators that no gradient passes: their results are integers or truth values, or constant almost
 * everywhere. A model may use them beside its differentiable path (masks, indices, sizes); if they are the
 * only path, the reverse pass says so.
 */
export const nonDifferentiableOps: ReadonlySet<string> = new Set([
  'And',
  'ArgMax',
  'ArgMin',
  'BitShift',
  'BitwiseAnd',
  'BitwiseNot',
  'BitwiseOr',
  'BitwiseXor',
  'Ceil',
  'ConstantOfShape',
  'Equal',
  'EyeLike',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'Hardmax',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'NonMaxSuppression',
  'NonZero',
  'Not',
  'OneHot',
  'Or',
  'RandomNormalLike',
  'RandomUniformLike',
  'Range',
  'Round',
  'Shape',
  'Sign',
  'Size',
  'Unique',
  'Xor',
])

export function isNonDifferentiable(node: Pick<OnnxNode, 'opType' | 'domain' | 'name'>): boolean {
  return node.domain === '' && (nonDifferentiableOps.has(node.opType) || isStopGradient(node))
}
