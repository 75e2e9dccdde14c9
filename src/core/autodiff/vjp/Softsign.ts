import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/** y = x / (1 + |x|): dx = g (1 − |y|)² */
export const Softsign: VjpRule = ({ g, y }, emit) => {
  const ofData = (): Value => {
    const slopeRoot = emit.sub(1, emit.map('Abs', y))
    return emit.mul(g, emit.mul(slopeRoot, slopeRoot))
  }
  return [ofData]
}
