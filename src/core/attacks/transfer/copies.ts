import { accumulate, scaleBy } from '../../math/kernels.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackState, Rows } from '../attack.ts'
import { rowOf } from '../rows.ts'

/** An affine map of an image [C·H·W] to one of the same size, and its linear part's exact transpose. */
export interface ImageMap {
  readonly apply: (x: Float32Array) => Float32Array
  readonly adjoint: (cotangent: Float32Array) => Float32Array
}

/** Changed copies of an image whose gradients are averaged, for transfer between models. */
export interface Copies {
  readonly count: number
  /** The map of one copy, from the sample's own random numbers; undefined where it stays as it is. */
  readonly draw: (state: AttackState, sample: number, index: number) => ImageMap | undefined
}

/** Copies of copies: those of the first kind are each changed in the ways of the next. */
export function composed(kinds: readonly Copies[]): Copies {
  return kinds.reduce(after, { count: 1, draw: () => undefined })
}

function after(first: Copies, second: Copies): Copies {
  return {
    count: first.count * second.count,
    draw: (state, sample, index) =>
      chained(
        first.draw(state, sample, Math.floor(index / second.count)),
        second.draw(state, sample, index % second.count),
      ),
  }
}

/** The second map after the first; undefined leaves an image as it is. */
export function chained(first: ImageMap | undefined, second: ImageMap | undefined): ImageMap | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return {
    apply: (x) => second.apply(first.apply(x)),
    adjoint: (cotangent) => first.adjoint(second.adjoint(cotangent)),
  }
}

/** Writes a point [C·H·W] of a sample. */
export type Place = (point: Float32Array, sample: number) => void

/**
 * (1/m)·Σ_i T_iᵀ ∇J(f(T_i(point)), y) of the samples at work, zero where a pixel is frozen: m passes through
 * the model for m copies T_i.
 */
export async function gradientOfCopies(
  state: AttackState,
  { count, draw }: Copies,
  place: Place,
): Promise<Rows> {
  const inputs = tensor(state.x.shape)
  const sums = tensor(state.x.shape)
  for (let index = 0; index < count; index++) {
    const maps = new Map(state.active().map((sample) => [sample, draw(state, sample, index)]))
    for (const sample of state.active()) {
      const input = rowOf(inputs, sample)
      place(input, sample)
      const map = maps.get(sample)
      if (map !== undefined) input.set(map.apply(input))
    }
    const { gradient } = await state.gradientAt(inputs, [state.deviation])
    for (const sample of state.active()) {
      const row = gradient.of(sample)
      accumulate(rowOf(sums, sample), 1, maps.get(sample)?.adjoint(row) ?? row, 1)
    }
  }
  for (const sample of state.active()) {
    if (count > 1) scaleBy(rowOf(sums, sample), 1 / count)
    state.freeze(rowOf(sums, sample), sample)
  }
  return { of: (sample) => rowOf(sums, sample) }
}
