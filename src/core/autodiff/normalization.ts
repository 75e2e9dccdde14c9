import type { Emitter } from './emitter.ts'
import type { Value } from './value.ts'

/** x̂ = (x − mean) r, and r = 1 / √(var + ε) with the normalised axes kept as 1. */
export interface Normalized {
  readonly xHat: Value
  readonly inverse: Value
}

/** x normalised over `axes`, computed anew. */
export function normalized(x: Value, axes: readonly number[], epsilon: number, emit: Emitter): Normalized {
  const centred = emit.sub(x, emit.reduce('ReduceMean', x, axes))
  const variance = emit.reduce('ReduceMean', emit.mul(centred, centred), axes)
  const inverse = emit.map('Reciprocal', emit.map('Sqrt', emit.add(variance, epsilon)))
  return { xHat: emit.mul(centred, inverse), inverse }
}

/** The cotangent of x, given that of x̂: r (s − mean s − x̂ mean(s x̂)). */
export function normalizationVjp(
  s: Value,
  { xHat, inverse }: Normalized,
  axes: readonly number[],
  emit: Emitter,
): Value {
  const mean = (value: Value): Value => emit.reduce('ReduceMean', value, axes)
  return emit.mul(inverse, emit.sub(emit.sub(s, mean(s)), emit.mul(xHat, mean(emit.mul(s, xHat)))))
}
