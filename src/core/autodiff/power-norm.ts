import type { Emitter } from './emitter.ts'
import type { ForwardNode } from './forward-node.ts'
import type { Value } from './value.ts'

/**
 * The cotangent of x in y = (Σ |x|^p)^(1/p): sign(x) |x|^(p−1) times g y^(1−p), which `spread` brings from
 * the sums to the elements. Where the norm is 0 it is 0.
 */
export function powerNormVjp(
  { g, x, y }: ForwardNode,
  p: number,
  spread: (scaled: Value) => Value,
  emit: Emitter,
): Value {
  if (p === 1) return emit.mul(emit.map('Sign', x), spread(g))
  const scaled = emit.where(
    emit.test('Greater', y, 0),
    emit.div(g, p === 2 ? y : emit.map('Pow', y, p - 1)),
    0,
  )
  const power = p === 2 ? x : emit.mul(emit.map('Sign', x), emit.map('Pow', emit.map('Abs', x), p - 1))
  return emit.mul(power, spread(scaled))
}
