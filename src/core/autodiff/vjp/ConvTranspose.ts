import { transposedConvolutionOf, convolutionAttributes, biasVjp } from '../convolution.ts'
import type { VjpRule } from '../rule.ts'

/**
 * dx = the convolution of g with the same kernel: the layout [C, M/group, …] is just that of a Conv from M to
 * C channels.
 */
export const ConvTranspose: VjpRule = (node, emit) => {
  const kernel = node.input(1)
  const geometry = transposedConvolutionOf(
    node,
    kernel.shape.slice(2),
    node.x.shape.slice(2),
    node.y.shape.slice(2),
  )
  return [
    () => emit.op('Conv', [node.g, kernel], node.x.shape, { attributes: convolutionAttributes(geometry) }),
    null,
    biasVjp(node, emit),
  ]
}
