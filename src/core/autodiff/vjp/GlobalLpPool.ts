import { intAttribute } from '../../onnx/attributes.ts'
import { powerNormVjp } from '../power-norm.ts'
import type { VjpRule } from '../rule.ts'

/** y = (Σ |x|^p)^(1/p) over the spatial axes: dx = sign(x) |x|^(p−1) g y^(1−p) */
export const GlobalLpPool: VjpRule = (node, emit) => [
  () => powerNormVjp(node, intAttribute(node, 'p', 2), (scaled) => scaled, emit),
]
