import { floatAttribute } from '../../onnx/attributes.ts'
import { isInside } from '../masks.ts'
import type { VjpRule } from '../rule.ts'

/** y = clip(α x + β, 0, 1): dx = α g where 0 < y < 1. */
export const HardSigmoid: VjpRule = (node, emit) => [
  () => emit.scale(emit.mul(node.g, isInside(node.y, emit)), floatAttribute(node, 'alpha', 0.2)),
]
