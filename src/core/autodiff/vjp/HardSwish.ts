import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** y = x h, h = clip(x/6 + 1/2, 0, 1): dx = g (h + x/6 where 0 < h < 1). */
export const HardSwish: VjpRule = ({ g, x }, emit) => {
  const slope = (): Value => {
    const h = emit.op('HardSigmoid', [x], x.shape, { attributes: { alpha: { float: 1 / 6 }, beta: { float: 0.5 } } })
    const inside = emit.test('Greater', emit.mul(h, emit.sub(1, h)), 0)
    return emit.add(h, emit.where(inside, emit.mul(x, 1 / 6), 0))
  }
  return [() => emit.mul(g, slope())]
}
