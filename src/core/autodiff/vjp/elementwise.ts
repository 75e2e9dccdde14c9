import type { VjpRule } from '../rule.ts'
import { numericValues } from '../../onnx/onnx-tensor.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { Value } from '../emitter.ts'

/** dx = g sign(x) */
export const Abs: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Sign', x))]

/** dx = −g / √(1 − x²) */
export const Acos: VjpRule = ({ g, x }, emit) => [
  () => emit.map('Neg', emit.div(g, emit.map('Sqrt', emit.sub(1, emit.mul(x, x))))),
]

/** dx = g / √(x² − 1) */
export const Acosh: VjpRule = ({ g, x }, emit) => [
  () => emit.div(g, emit.map('Sqrt', emit.sub(emit.mul(x, x), 1))),
]

/** dx = g / √(1 − x²) */
export const Asin: VjpRule = ({ g, x }, emit) => [
  () => emit.div(g, emit.map('Sqrt', emit.sub(1, emit.mul(x, x)))),
]

/** dx = g / √(x² + 1) */
export const Asinh: VjpRule = ({ g, x }, emit) => [
  () => emit.div(g, emit.map('Sqrt', emit.add(emit.mul(x, x), 1))),
]

/** dx = g / (1 + x²) */
export const Atan: VjpRule = ({ g, x }, emit) => [() => emit.div(g, emit.add(emit.mul(x, x), 1))]

/** dx = g / (1 − x²) */
export const Atanh: VjpRule = ({ g, x }, emit) => [() => emit.div(g, emit.sub(1, emit.mul(x, x)))]

/** dx = −g sin x */
export const Cos: VjpRule = ({ g, x }, emit) => [() => emit.map('Neg', emit.mul(g, emit.map('Sin', x)))]

/** dx = g sinh x */
export const Cosh: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Sinh', x))]

/** dx = g cos x */
export const Sin: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Cos', x))]

/** dx = g cosh x */
export const Sinh: VjpRule = ({ g, x }, emit) => [() => emit.mul(g, emit.map('Cosh', x))]

/** dx = g (1 + y²) */
export const Tan: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, emit.add(emit.mul(y, y), 1))]

/** dx = g (1 − y²) */
export const Tanh: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, emit.sub(1, emit.mul(y, y)))]

/** dx = g 2/√π exp(−x²) */
export const Erf: VjpRule = ({ g, x }, emit) => [
  () => emit.mul(g, emit.mul(emit.map('Exp', emit.map('Neg', emit.mul(x, x))), 2 / Math.sqrt(Math.PI))),
]

/** dx = g y */
export const Exp: VjpRule = ({ g, y }, emit) => [() => emit.mul(g, y)]

/** dx = g / x */
export const Log: VjpRule = ({ g, x }, emit) => [() => emit.div(g, x)]

/** dx = −g */
export const Neg: VjpRule = ({ g }, emit) => [() => emit.map('Neg', g)]

/** dx = −g y² */
export const Reciprocal: VjpRule = ({ g, y }, emit) => [() => emit.map('Neg', emit.mul(g, emit.mul(y, y)))]

/** dx = g / 2y */
export const Sqrt: VjpRule = ({ g, y }, emit) => [() => emit.div(emit.mul(g, 0.5), y)]

/** dx = g */
export const Identity: VjpRule = ({ g }) => [() => g]

/** dx = g, in the input's type. All floating types are float32 here (core/autodiff/prepare.ts). */
export const Cast: VjpRule = ({ g }, emit) => [() => emit.cast(g, 'float32')]

/** da = g, db = g, each summed over what was broadcast. */
export const Add: VjpRule = (node, emit) =>
  node.inputs.map((_, index) => () => emit.sumTo(node.g, node.input(index).shape))

/** da = g, db = −g, each summed over what was broadcast. */
export const Sub: VjpRule = (node, emit) => [
  () => emit.sumTo(node.g, node.input(0).shape),
  () => emit.sumTo(emit.map('Neg', node.g), node.input(1).shape),
]

/** da = g b, db = g a, each summed over what was broadcast. */
export const Mul: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  return [() => emit.sumTo(emit.mul(node.g, b), a.shape), () => emit.sumTo(emit.mul(node.g, a), b.shape)]
}

/** da = g / b, db = −g y / b, each summed over what was broadcast. */
export const Div: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  return [
    () => emit.sumTo(emit.div(node.g, b), a.shape),
    () => emit.sumTo(emit.map('Neg', emit.mul(node.g, emit.div(node.y, b))), b.shape),
  ]
}

/**
 * da = g b a^(b−1), written out for a constant 2 and 1/2; db = g y log a. Each summed over what was
 * broadcast.
 */
export const Pow: VjpRule = (node, emit) => {
  const { g, y } = node
  const [a, b] = [node.input(0), node.input(1)]
  const exponent =
    b.constant !== undefined && sizeOf(b.shape) === 1 ? numericValues(b.constant)[0] : undefined
  const ofBase = (): Value => {
    if (exponent === 2) return emit.mul(g, emit.mul(a, 2))
    if (exponent === 0.5) return emit.div(emit.mul(g, 0.5), y)
    if (exponent !== undefined) return emit.mul(g, emit.mul(emit.map('Pow', a, exponent - 1), exponent))
    return emit.mul(g, emit.mul(b, emit.map('Pow', a, emit.sub(b, 1))))
  }
  return [
    () => emit.sumTo(ofBase(), a.shape),
    () => emit.sumTo(emit.mul(g, emit.mul(y, emit.map('Log', a))), b.shape),
  ]
}

/**
 * y = a − b trunc(a / b) (fmod; floats have no other form): da = g, db = −g (a − y) / b, each summed over
 * what was broadcast.
 */
export const Mod: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  const quotient = () => emit.div(emit.sub(a, node.y), b)
  return [
    () => emit.sumTo(node.g, a.shape),
    () => emit.sumTo(emit.map('Neg', emit.mul(node.g, quotient())), b.shape),
  ]
}

/** Each input's cotangent is g, summed over what was broadcast. */
export const Sum: VjpRule = (node, emit) =>
  node.inputs.map((_, index) => () => emit.sumTo(node.g, node.input(index).shape))

/** Each operand's cotangent is g / count, summed over what was broadcast. */
export const Mean: VjpRule = (node, emit) => {
  const count = node.inputs.length
  return node.inputs.map((_, index) => () => emit.sumTo(emit.mul(node.g, 1 / count), node.input(index).shape))
}

/**
 * The cotangent goes to the greatest operand, shared equally among equals; then summed over what was
 * broadcast.
 */
export const Max: VjpRule = (node, emit) => {
  const chosen = (operand: Value): Value => emit.cast(emit.test('Equal', operand, node.y), 'float32')
  const inputs = node.inputs.map((_, index) => node.input(index))
  const share = (): Value =>
    emit.div(node.g, emit.sum(inputs.map((each) => emit.expand(chosen(each), node.y.shape))))
  return inputs.map((each) => () => emit.sumTo(emit.mul(chosen(each), share()), each.shape))
}

/**
 * The cotangent goes to the least operand, shared equally among equals; then summed over what was broadcast.
 */
export const Min: VjpRule = (node, emit) => {
  const chosen = (operand: Value): Value => emit.cast(emit.test('Equal', operand, node.y), 'float32')
  const inputs = node.inputs.map((_, index) => node.input(index))
  const share = (): Value =>
    emit.div(node.g, emit.sum(inputs.map((each) => emit.expand(chosen(each), node.y.shape))))
  return inputs.map((each) => () => emit.sumTo(emit.mul(chosen(each), share()), each.shape))
}

/** The cotangent goes to the operand that was chosen. */
export const Where: VjpRule = (node, emit) => {
  const [condition, a, b] = [node.input(0), node.input(1), node.input(2)]
  return [
    null,
    () => emit.sumTo(emit.where(condition, node.g, 0), a.shape),
    () => emit.sumTo(emit.where(condition, 0, node.g), b.shape),
  ]
}

/**
 * dx = g strictly between the limits, seen in the output; a limit's cotangent is the sum of g where it holds.
 */
export const Clip: VjpRule = (node, emit) => {
  const { x, y, g } = node
  const [low, high] = [node.optionalInput(1), node.optionalInput(2)]
  const inside = (): Value => {
    const tests = [
      ...(low === undefined ? [] : [emit.test('Greater', y, low)]),
      ...(high === undefined ? [] : [emit.test('Less', y, high)]),
    ]
    const [first, second] = tests
    if (first === undefined) return g
    return emit.where(second === undefined ? first : emit.test('And', first, second), g, 0)
  }
  const atLimit = (comparison: 'Less' | 'Greater', limit: Value | undefined): Value =>
    limit === undefined
      ? emit.scalar(0)
      : emit.sumTo(emit.where(emit.test(comparison, x, limit), g, 0), limit.shape)
  return [inside, () => atLimit('Less', low), () => atLimit('Greater', high)]
}

/** In inference Dropout is the identity: dx = g. */
export const Dropout: VjpRule = (node) => {
  const trainingMode = node.optionalInput(2)
  const ofData = (): Value => {
    const isInference =
      trainingMode === undefined || (trainingMode.constant && numericValues(trainingMode.constant)[0] === 0)
    if (isInference !== true) throw node.unsupported('inference', 'training_mode = true')
    return node.g
  }
  return [ofData, null, null]
}
