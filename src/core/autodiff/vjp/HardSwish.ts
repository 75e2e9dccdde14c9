import { hardSigmoid, isInside } from '../masks.ts'
import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** y = x h, h = clip(x/6 + 1/2, 0, 1): dx = g (h + x/6 where 0 < h < 1). */
export const HardSwish: VjpRule = ({ g, x }, emit) => {
  const slope = (): Value => {
    const h = hardSigmoid(x, 1 / 6, 0.5, emit)
    return emit.add(h, emit.scale(emit.mul(x, isInside(h, emit)), 1 / 6))
  }
  return [() => emit.mul(g, slope())]
}
