import type { Emitter } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** dx = g where y > 0. The output is never negative, so it gives the mask; the input may stay fused into the operation before. */
export const Relu: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, isPositive(y, emit))]

/**
 * 1 where y > 0 and 0 where y = 0. On the CPU a HardSigmoid that is a step for every normal float32: ONNX Runtime runs it on all threads,
 * Sign on one (a fifth of a ResNet-50's gradient step). Elsewhere Sign, since shaders promise nothing about the infinities of 1e38 y.
 */
function isPositive(y: Value, emit: Emitter): Value {
  if (emit.device !== 'cpu') return emit.map('Sign', y)
  return emit.op('HardSigmoid', [y], y.shape, { attributes: { alpha: { float: 1e38 }, beta: { float: 0 } } })
}
