import { extentOf, tensor } from '../tensor/tensor.ts'
import type { Rows, AttackState } from './attack.ts'
import type { Ball } from './balls.ts'
import { stretch } from '../math/kernels.ts'
import { rowOf } from './rows.ts'
import { clippedChange } from '../math/perturbation.ts'

/** Beyond float32 nothing is left to halve. */
const mostHalvings = 20

/**
 * x ← the point nearest to the image, between both, that still succeeds, by halving: along the line (L2), or
 * by clipping the change (Linf). Chen et al., arXiv 1904.02144, algorithm 1, to within d^{−3/2} or d^{−2} of
 * the distance. x succeeds before and after. Gives the logits there.
 */
export async function boundarySearch(state: AttackState, ball: Ball): Promise<Rows> {
  const { x, images } = state
  const points = tensor(x.shape)
  const low = new Map<number, number>()
  const high = new Map<number, number>()
  const target = new Map(state.active().map((sample) => [sample, rowOf(x, sample).slice()]))
  const distance = new Map(
    state.active().map((sample) => [sample, ball.distance(rowOf(x, sample), rowOf(images, sample))]),
  )
  const known = new Map<number, Float32Array>()
  const between = (sample: number, share: number) => {
    const [far, image] = [target.get(sample) ?? rowOf(x, sample), rowOf(images, sample)]
    return ball.norm === 'Linf'
      ? clippedChange(far, image, share * (distance.get(sample) ?? 0))
      : stretch(far, image, share)
  }
  const first = await state.predict(x)
  for (const sample of state.active()) known.set(sample, first.of(sample).slice())
  for (let halving = 0; halving < halvings(state, ball); halving++) {
    const shares = new Map(
      state.active().map((sample) => [sample, ((low.get(sample) ?? 0) + (high.get(sample) ?? 1)) / 2]),
    )
    for (const sample of state.active()) rowOf(points, sample).set(between(sample, shares.get(sample) ?? 1))
    const logits = await state.predict(points)
    for (const sample of state.active()) {
      const share = shares.get(sample) ?? 1
      if (!state.succeeds(logits.of(sample), sample)) low.set(sample, share)
      else {
        high.set(sample, share)
        rowOf(x, sample).set(rowOf(points, sample))
        known.set(sample, logits.of(sample).slice())
      }
    }
  }
  return { of: (sample) => known.get(sample) ?? new Float32Array() }
}

function halvings({ x }: AttackState, { norm }: Ball): number {
  const pixels = x.data.length / extentOf(x.shape, 0)
  return Math.min(mostHalvings, Math.ceil((norm === 'Linf' ? 2 : 1.5) * Math.log2(pixels)))
}
