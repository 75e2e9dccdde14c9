import { floatAttribute, intAttribute } from '../../onnx/attributes.ts'
import type { Shape } from '../../tensor/tensor.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * Y = α A B + β C with A and B possibly transposed: dA = α g Bᵀ, dB = α Aᵀ g, dC = β g summed over what was
 * broadcast.
 */
export const Gemm: VjpRule = (node, emit) => {
  const { g } = node
  const [a, b] = [node.input(0), node.input(1)]
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)]
  const [transA, transB] = [intAttribute(node, 'transA', 0) !== 0, intAttribute(node, 'transB', 0) !== 0]
  const product = (left: Value, transLeft: boolean, right: Value, transRight: boolean, shape: Shape): Value =>
    emit.op('Gemm', [left, right], shape, {
      attributes: { alpha: { float: alpha }, transA: transLeft ? 1 : 0, transB: transRight ? 1 : 0 },
    })
  return [
    () => (transA ? product(b, transB, g, true, a.shape) : product(g, false, b, !transB, a.shape)),
    () => (transB ? product(g, true, a, transA, b.shape) : product(a, !transA, g, false, b.shape)),
    () => emit.sumTo(beta === 1 ? g : emit.mul(g, beta), node.input(2).shape),
  ]
}
