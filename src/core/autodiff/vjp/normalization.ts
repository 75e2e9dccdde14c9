import { entry } from '../../entry.ts'
import { floatAttribute, intAttribute, intsAttribute } from '../../onnx/attributes.ts'
import { floatValues } from '../../onnx/onnx-tensor.ts'
import { extentOf, sizeOf } from '../../tensor/tensor.ts'
import { adjointAlong, type AxisMap } from '../axis-map.ts'
import type { Emitter, Value } from '../emitter.ts'
import type { VjpRule } from '../rule.ts'
import { axisOf, range, reducedShape } from '../shapes.ts'

/** x̂ = (x − mean) r, and r = 1 / √(var + ε) with the normalised axes kept as 1. */
export interface Normalized {
  readonly xHat: Value
  readonly inverse: Value
}

/** x normalised over `axes`, computed anew. */
function normalized(x: Value, axes: readonly number[], epsilon: number, emit: Emitter): Normalized {
  const centred = emit.sub(x, emit.reduce('ReduceMean', x, axes))
  const variance = emit.reduce('ReduceMean', emit.mul(centred, centred), axes)
  const inverse = emit.map('Reciprocal', emit.map('Sqrt', emit.add(variance, epsilon)))
  return { xHat: emit.mul(centred, inverse), inverse }
}

/** The cotangent of x, given that of x̂: r (s − mean s − x̂ mean(s x̂)). */
function normalizationVjp(
  s: Value,
  { xHat, inverse }: Normalized,
  axes: readonly number[],
  emit: Emitter,
): Value {
  const mean = (value: Value): Value => emit.reduce('ReduceMean', value, axes)
  return emit.mul(inverse, emit.sub(emit.sub(s, mean(s)), emit.mul(xHat, mean(emit.mul(s, xHat)))))
}

/** In inference the statistics are constants: dx = g scale / √(var + ε), computed here once. */
export const BatchNormalization: VjpRule = (node, emit) => {
  const [scale, variance] = [node.input(1).constant, node.input(4).constant]
  const ofData = (): Value => {
    if (intAttribute(node, 'training_mode', 0) !== 0) throw node.unsupported('inference', 'training_mode = 1')
    if (scale === undefined || variance === undefined)
      throw node.unsupported('constant statistics', 'computed ones')
    const epsilon = floatAttribute(node, 'epsilon', 1e-5)
    const variances = floatValues(variance)
    const factor = floatValues(scale).map(
      (each, channel) => each / Math.sqrt(entry(variances, channel) + epsilon),
    )
    return emit.mul(node.g, emit.floats([factor.length, ...node.x.shape.slice(2).map(() => 1)], factor))
  }
  return [ofData, null, null, null, null]
}

/**
 * With x̂ = (x − mean) r and r = 1 / √(var + ε) over the spatial axes, dx = scale r (g − mean g − x̂ mean(g
 * x̂)). The scale, [C], is constant along them.
 */
export const InstanceNormalization: VjpRule = (node, emit) => {
  const { x, g } = node
  const [scale, bias] = [node.input(1), node.input(2)]
  const axes = range(x.shape.length).slice(2)
  const epsilon = floatAttribute(node, 'epsilon', 1e-5)
  const perChannel = [0, ...axes]
  const gScaled = (): Value => emit.mul(g, emit.reshape(scale, [sizeOf(scale.shape), ...axes.map(() => 1)]))
  return [
    () => normalizationVjp(gScaled(), normalized(x, axes, epsilon, emit), axes, emit),
    () =>
      emit.reshape(
        emit.reduce('ReduceSum', emit.mul(g, normalized(x, axes, epsilon, emit).xHat), perChannel),
        scale.shape,
      ),
    () => emit.reshape(emit.reduce('ReduceSum', g, perChannel), bias.shape),
  ]
}

/**
 * With x̂ = (x − mean) r over the axes from `axis` on, dx = r (s − mean s − x̂ mean(s x̂)), s = g scale. Mean
 * and r are outputs of the node.
 */
export const LayerNormalization: VjpRule = (node, emit) => {
  const { x, g } = node
  const scale = node.input(1)
  const first = axisOf(intAttribute(node, 'axis', -1), x.shape.length)
  const axes = range(x.shape.length).slice(first)
  const xHat = (): Normalized => {
    const shape = reducedShape(x.shape, axes, true)
    const mean = node.outputs[1] ?? emit.extraOutput(node.y, 1, shape, 'float32')
    const inverse = node.outputs[2] ?? emit.extraOutput(node.y, 2, shape, 'float32')
    return { xHat: emit.mul(emit.sub(x, mean), inverse), inverse }
  }
  return [
    () => normalizationVjp(emit.mul(g, scale), xHat(), axes, emit),
    () => emit.sumTo(emit.mul(g, xHat().xHat), scale.shape),
    () => emit.sumTo(g, node.input(2).shape),
  ]
}

/**
 * y = scale x̂, x̂ = x r, r = 1 / √(mean x² + ε) over the axes from `axis` on (opset 23): dx = r (s − x̂
 * mean(s x̂)), s = g scale.
 */
export const RMSNormalization: VjpRule = (node, emit) => {
  const { x, g } = node
  const scale = node.input(1)
  const axes = range(x.shape.length).slice(axisOf(intAttribute(node, 'axis', -1), x.shape.length))
  const inverse = (): Value => {
    const square = emit.reduce('ReduceMean', emit.mul(x, x), axes)
    return emit.map('Reciprocal', emit.map('Sqrt', emit.add(square, floatAttribute(node, 'epsilon', 1e-5))))
  }
  const ofData = (): Value => {
    const r = inverse()
    const [s, xHat] = [emit.mul(g, scale), emit.mul(x, r)]
    return emit.mul(r, emit.sub(s, emit.mul(xHat, emit.reduce('ReduceMean', emit.mul(s, xHat), axes))))
  }
  return [ofData, () => emit.sumTo(emit.mul(g, emit.mul(x, inverse())), scale.shape)]
}

/**
 * y = x / n, n the p-norm along the axis: dx = (g − d Σ g y) / n with d = y for p = 2 and sign(x) for p = 1;
 * 0 where n is 0.
 */
export const LpNormalization: VjpRule = (node, emit) => {
  const { g, x, y } = node
  const axes = [intAttribute(node, 'axis', -1)]
  const p = intAttribute(node, 'p', 2)
  const ofData = (): Value => {
    const norm = emit.reduce(p === 1 ? 'ReduceL1' : 'ReduceL2', x, axes)
    const direction = p === 1 ? emit.map('Sign', x) : y
    const tangential = emit.sub(g, emit.mul(direction, emit.reduce('ReduceSum', emit.mul(g, y), axes)))
    return emit.where(emit.test('Greater', norm, 0), emit.div(tangential, norm), 0)
  }
  return [ofData]
}

/** Keeps the deviation of a constant image from being 0, as the operator's 1e-9 beside it does. */
const epsilon = 1e-18

/** y = (x − mean) / deviation over the axes: dx = (g − mean g − y mean(g y)) / deviation */
export const MeanVarianceNormalization: VjpRule = (node, emit) => {
  const axes = intsAttribute(node, 'axes') ?? [0, 2, 3]
  return [() => normalizationVjp(node.g, normalized(node.x, axes, epsilon, emit), axes, emit)]
}

/**
 * y = x s^(−β), s = bias + α/size W x², W the sum over a window of channels: dx = g s^(−β) − 2 α β / size x
 * Wᵀ(g x s^(−β−1)). W is a matrix of ones around its diagonal.
 */
export const LRN: VjpRule = (node, emit) => {
  const { g, x } = node
  const size = intAttribute(node, 'size', 1)
  const [alpha, beta] = [floatAttribute(node, 'alpha', 0.0001) / size, floatAttribute(node, 'beta', 0.75)]
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)]
  const channels = extentOf(x.shape, 1)
  const ofData = (): Value => {
    const squares = adjointAlong(emit.mul(x, x), 1, band(channels, after, before), emit)
    const s = emit.add(emit.mul(squares, alpha), floatAttribute(node, 'bias', 1))
    const scaled = emit.mul(g, emit.map('Pow', s, -beta))
    const throughSums = adjointAlong(emit.div(emit.mul(scaled, x), s), 1, band(channels, before, after), emit)
    return emit.sub(scaled, emit.mul(emit.mul(x, throughSums), 2 * alpha * beta))
  }
  return [ofData]
}

/** Output c is the sum of inputs c − before … c + after, those that exist. */
function band(size: number, before: number, after: number): AxisMap {
  const weights = new Float32Array(size * size)
  for (let row = 0; row < size; row++)
    weights.fill(1, row * size + Math.max(row - before, 0), row * size + Math.min(row + after, size - 1) + 1)
  return { outputs: size, inputs: size, weights }
}
