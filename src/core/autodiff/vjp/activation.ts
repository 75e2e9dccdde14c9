import { floatAttribute, intAttribute, stringAttribute } from '../../onnx/attributes.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'

/**
 * 1 where x > 0 and 0 elsewhere. On the CPU a HardSigmoid that is a step for every normal float32: ONNX
 * Runtime runs it on all threads and in the layout of its convolutions; Sign it runs on one (a fifth of a
 * ResNet-50's gradient step), Greater and Where leave the layout. Elsewhere Sign, since shaders promise
 * nothing about the infinities of 1e38 x; there x must not be negative.
 */
function isPositive(x: Value, emit: Emitter): Value {
  if (emit.device !== 'cpu') return emit.map('Sign', x)
  return hardSigmoid(x, 1e38, 0, emit)
}

/** 1 where 0 < x < 1 and 0 where x is 0 or 1; between them x (1 − x) is positive. */
function isInside(x: Value, emit: Emitter): Value {
  const rest = emit.device === 'cpu' ? hardSigmoid(x, -1, 1, emit) : emit.sub(1, x)
  return isPositive(emit.mul(x, rest), emit)
}

/** clip(α x + β, 0, 1) */
function hardSigmoid(x: Value, alpha: number, beta: number, emit: Emitter): Value {
  return emit.op('HardSigmoid', [x], x.shape, {
    attributes: { alpha: { float: alpha }, beta: { float: beta } },
  })
}

/**
 * dx = g where y > 0. The output is never negative, so it gives the mask; the input may stay fused into the
 * operation before.
 */
export const Relu: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, isPositive(y, emit))]

/** dx = g where x > 0, α g elsewhere. */
export const LeakyRelu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 0.01)
  return [() => emit.where(emit.test('Greater', node.x, 0), node.g, emit.mul(node.g, alpha))]
}

/** dx = g where x > 0, g slope elsewhere; d slope = Σ g x where x ≤ 0. */
export const PRelu: VjpRule = (node, emit) => {
  const { x, g } = node
  const slope = node.input(1)
  return [
    () => emit.where(emit.test('Greater', x, 0), g, emit.mul(g, slope)),
    () => emit.sumTo(emit.mul(g, emit.map('Min', x, 0)), slope.shape),
  ]
}

/** dx = g where x > α */
export const ThresholdedRelu: VjpRule = (node, emit) => [
  () => emit.where(emit.test('Greater', node.x, floatAttribute(node, 'alpha', 1)), node.g, 0),
]

/** dx = g where x > 0, g (y + α) elsewhere, as y = α (exp x − 1) there. */
export const Elu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 1)
  return [() => emit.mul(node.g, emit.where(emit.test('Greater', node.x, 0), 1, emit.add(node.y, alpha)))]
}

/** dx = g where x > 0, g (y + α) / α elsewhere, as y = α (exp(x / α) − 1) there. */
export const Celu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 1)
  const slope = () => emit.mul(emit.add(node.y, alpha), 1 / alpha)
  return [() => emit.mul(node.g, emit.where(emit.test('Greater', node.x, 0), 1, slope()))]
}

/** dx = g γ where x > 0, g (y + α γ) elsewhere, as y = γ α (exp x − 1) there. */
export const Selu: VjpRule = (node, emit) => {
  const alpha = floatAttribute(node, 'alpha', 1.6732631921768188)
  const gamma = floatAttribute(node, 'gamma', 1.0507010221481323)
  return [
    () =>
      emit.mul(node.g, emit.where(emit.test('Greater', node.x, 0), gamma, emit.add(node.y, alpha * gamma))),
  ]
}

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

/** dx = g y (1 − y) */
export const Sigmoid: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, emit.mul(y, emit.sub(1, y)))]

/** y = clip(α x + β, 0, 1): dx = α g where 0 < y < 1. */
export const HardSigmoid: VjpRule = (node, emit) => [
  () => emit.scale(emit.mul(node.g, isInside(node.y, emit)), floatAttribute(node, 'alpha', 0.2)),
]

/** y = x h, h = clip(x/6 + 1/2, 0, 1): dx = g (h + x/6 where 0 < h < 1). */
export const HardSwish: VjpRule = ({ g, x }, emit) => {
  const slope = (): Value => {
    const h = hardSigmoid(x, 1 / 6, 0.5, emit)
    return emit.add(h, emit.scale(emit.mul(x, isInside(h, emit)), 1 / 6))
  }
  return [() => emit.mul(g, slope())]
}

/** dx = g sigmoid(x) */
export const Softplus: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Sigmoid', x))]

/** y = x / (1 + |x|): dx = g (1 − |y|)² */
export const Softsign: VjpRule = ({ g, y }, emit) => {
  const ofData = (): Value => {
    const slopeRoot = emit.sub(1, emit.map('Abs', y))
    return emit.mul(g, emit.mul(slopeRoot, slopeRoot))
  }
  return [ofData]
}

/** dx = g where |x| > λ: hard and soft shrinkage differ by a constant there. */
export const Shrink: VjpRule = (node, emit) => [
  () =>
    emit.where(emit.test('Greater', emit.map('Abs', node.x), floatAttribute(node, 'lambd', 0.5)), node.g, 0),
]

/** dx = y (g − Σ g y) along the axis (opset 13: one axis, by default the last). */
export const Softmax: VjpRule = (node, emit) => {
  const { g, y } = node
  const axis = intAttribute(node, 'axis', -1)
  return [() => emit.mul(y, emit.sub(g, emit.reduce('ReduceSum', emit.mul(g, y), [axis])))]
}

/** dx = g − exp(y) Σ g along the axis (opset 13: one axis, by default the last). */
export const LogSoftmax: VjpRule = (node, emit) => {
  const { g, y } = node
  const axis = intAttribute(node, 'axis', -1)
  return [() => emit.sub(g, emit.mul(emit.map('Exp', y), emit.reduce('ReduceSum', g, [axis])))]
}
