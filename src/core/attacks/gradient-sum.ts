import { tensor } from '../tensor/tensor.ts'
import type { Rows, AttackState } from './attack.ts'
import { accumulate } from '../math/kernels.ts'
import { rowOf } from './rows.ts'

/** Points around x_t whose gradients are added up. */
export interface Probes {
  readonly count: number
  /** Writes the `index`-th point of a sample, [C·H·W]. */
  readonly place: (point: Float32Array, sample: number, index: number) => void
  /** Factor of its gradient; 1 by default. */
  readonly weight?: (index: number) => number
}

/**
 * Σ_i weight_i · ∇J(f(point_i), y) of the samples at work, zero where a pixel is frozen: as many passes as
 * probes.
 */
export async function gradientSum(
  state: AttackState,
  { count, place, weight = () => 1 }: Probes,
): Promise<Rows> {
  const points = tensor(state.x.shape)
  const sums = tensor(state.x.shape)
  for (let index = 0; index < count; index++) {
    for (const sample of state.active()) place(rowOf(points, sample), sample, index)
    const { gradient } = await state.gradientAt(points, [state.deviation])
    for (const sample of state.active())
      accumulate(rowOf(sums, sample), 1, gradient.of(sample), weight(index))
  }
  for (const sample of state.active()) state.freeze(rowOf(sums, sample), sample)
  return { of: (sample) => rowOf(sums, sample) }
}
