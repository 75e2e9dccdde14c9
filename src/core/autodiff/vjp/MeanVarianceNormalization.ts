import { intsAttribute } from '../../onnx/attributes.ts'
import { normalized, normalizationVjp } from '../normalization.ts'
import type { VjpRule } from '../rule.ts'

/** Keeps the deviation of a constant image from being 0, as the operator's 1e-9 beside it does. */
const epsilon = 1e-18

/** y = (x − mean) / deviation over the axes: dx = (g − mean g − y mean(g y)) / deviation */
export const MeanVarianceNormalization: VjpRule = (node, emit) => {
  const axes = intsAttribute(node, 'axes') ?? [0, 2, 3]
  return [() => normalizationVjp(node.g, normalized(node.x, axes, epsilon, emit), axes, emit)]
}
