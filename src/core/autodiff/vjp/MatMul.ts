import type { VjpRule } from '../rule.ts'
import { broadcastShapes } from '../shapes.ts'
import type { Value } from '../value.ts'

/**
 * dA = g Bᵀ, dB = Aᵀ g, over the last two axes, summed over what was broadcast; vectors count as one-row or
 * one-column matrices.
 */
export const MatMul: VjpRule = (node, emit) => {
  const [a, b] = [node.input(0), node.input(1)]
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)])
  const g = (): Value => emit.reshape(node.g, [...batch, left.at(-2) ?? 1, right.at(-1) ?? 1])
  const ofLeft = (): Value => emit.matmul(g(), emit.transposeMatrix(emit.reshape(b, right)))
  const ofRight = (): Value => emit.matmul(emit.transposeMatrix(emit.reshape(a, left)), g())
  return [
    () => emit.reshape(emit.sumTo(ofLeft(), left), a.shape),
    () => emit.reshape(emit.sumTo(ofRight(), right), b.shape),
  ]
}
