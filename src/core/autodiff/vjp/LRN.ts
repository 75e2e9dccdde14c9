import { floatAttribute, intAttribute } from '../../onnx/attributes.ts'
import { adjointAlong, type AxisMap } from '../axis-map.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * y = x s^(−β), s = bias + α/size W x², W the sum over a window of channels: dx = g s^(−β) − 2 α β / size x
 * Wᵀ(g x s^(−β−1)). W is a matrix of ones around its diagonal.
 */
export const LRN: VjpRule = (node, emit) => {
  const { g, x } = node
  const size = intAttribute(node, 'size', 1)
  const [alpha, beta] = [floatAttribute(node, 'alpha', 0.0001) / size, floatAttribute(node, 'beta', 0.75)]
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)]
  const channels = x.shape[1] ?? 1
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
