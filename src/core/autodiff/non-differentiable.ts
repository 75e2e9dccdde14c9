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

/**
 * Inputs of operators that no gradient passes, by index, as in PyTorch: where regions lie, and in which
 * image.
 */
const stoppedInputs: Readonly<Record<string, readonly number[]>> = { RoiAlign: [1, 2] }

/** The inputs of a node that a gradient may pass. */
export function differentiableInputs({ opType, domain, inputs }: OnnxNode): string[] {
  const stopped = domain === '' ? stoppedInputs[opType] : undefined
  return inputs.map((name, index) => (stopped?.includes(index) === true ? '' : name))
}
