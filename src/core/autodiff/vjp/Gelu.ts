import { stringAttribute } from '../../onnx/attributes.ts'
import type { Emitter } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** Hendrycks and Gimpel, arXiv:1606.08415: √(2/π) and the cubic coefficient of the approximation by tanh. */
const tanhScale = Math.sqrt(2 / Math.PI)
const cubicCoefficient = 0.044715

/** y = x Φ(x) (opset 20): dx = g (Φ(x) + x φ(x)); with `approximate` = tanh, of Φ's approximation. */
export const Gelu: VjpRule = (node, emit) => {
  const approximate = stringAttribute(node, 'approximate', 'none')
  return [
    () => emit.mul(node.g, approximate === 'tanh' ? slopeOfTanh(node.x, emit) : slopeOfErf(node.x, emit)),
  ]
}

/** (1 + erf(x/√2)) / 2 + x exp(−x²/2) / √(2π) */
function slopeOfErf(x: Value, emit: Emitter): Value {
  const distribution = half(emit.map('Erf', emit.mul(x, Math.SQRT1_2)), emit)
  const density = emit.mul(emit.map('Exp', emit.mul(emit.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  return emit.add(distribution, emit.mul(x, density))
}

/** (1 + t) / 2 + x (1 − t²) u′ / 2 with t = tanh u, u = √(2/π) (x + c x³) */
function slopeOfTanh(x: Value, emit: Emitter): Value {
  const square = emit.mul(x, x)
  const u = emit.mul(x, emit.add(emit.mul(square, cubicCoefficient * tanhScale), tanhScale))
  const t = emit.map('Tanh', u)
  const halfSlopeOfU = emit.add(emit.mul(square, 1.5 * cubicCoefficient * tanhScale), 0.5 * tanhScale)
  return emit.add(half(t, emit), emit.mul(emit.mul(x, emit.sub(1, emit.mul(t, t))), halfSlopeOfU))
}

/** (1 + t) / 2 */
function half(t: Value, emit: Emitter): Value {
  return emit.add(emit.mul(t, 0.5), 0.5)
}
