import type { Emitter } from './emitter.ts'
import type { Value } from './value.ts'

/**
 * 1 where x > 0 and 0 elsewhere. On the CPU a HardSigmoid that is a step for every normal float32: ONNX
 * Runtime runs it on all threads and in the layout of its convolutions; Sign it runs on one (a fifth of a
 * ResNet-50's gradient step), Greater and Where leave the layout. Elsewhere Sign, since shaders promise
 * nothing about the infinities of 1e38 x; there x must not be negative.
 */
export function isPositive(x: Value, emit: Emitter): Value {
  if (emit.device !== 'cpu') return emit.map('Sign', x)
  return hardSigmoid(x, 1e38, 0, emit)
}

/** 1 where 0 < x < 1 and 0 where x is 0 or 1; between them x (1 − x) is positive. */
export function isInside(x: Value, emit: Emitter): Value {
  const rest = emit.device === 'cpu' ? hardSigmoid(x, -1, 1, emit) : emit.sub(1, x)
  return isPositive(emit.mul(x, rest), emit)
}

/** clip(α x + β, 0, 1) */
export function hardSigmoid(x: Value, alpha: number, beta: number, emit: Emitter): Value {
  return emit.op('HardSigmoid', [x], x.shape, {
    attributes: { alpha: { float: alpha }, beta: { float: beta } },
  })
}
