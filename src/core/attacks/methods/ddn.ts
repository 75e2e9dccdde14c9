import { z } from 'zod'
import { addScaled, clip, distanceL2, normL2 } from '../../math/kernels.ts'
import { shrinkTowards } from '../../math/perturbation.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { l2Ball } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { cosineAnnealed, smallestEpsilon, steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon: smallestEpsilon('Euclidean'),
  steps: steps(100, 'The paper takes 100 to 1000.'),
  firstNorm: z
    .number()
    .positive()
    .default(1)
    .describe('The first Euclidean norm, in intensity ranges. As in the paper.'),
  gamma: z
    .number()
    .positive()
    .max(0.9)
    .default(0.05)
    .describe('γ: by how much the norm shrinks after a success and grows after a failure. As in the paper.'),
})

type Settings = z.output<typeof settings>

/** Decoupled Direction and Norm: Rony et al., algorithm 1. */
export const ddn = defineMethod({
  name: 'ddn',
  title: 'DDN (L2)',
  summary:
    'The smallest Euclidean change: steps along the gradient on a sphere that shrinks after each success and grows after each failure.',
  equation:
    'δ ← δ + α_t·∇J / ‖∇J‖₂; r ← (1 ∓ γ)·r; x_{t+1} = clip(x + r·δ / ‖δ‖₂), α_t from 1 to 0.01 by a cosine',
  source: {
    authors: 'J. Rony, L. G. Hafemann, L. S. Oliveira, I. Ben Ayed, R. Sabourin, E. Granger',
    title: 'Decoupling Direction and Norm for Efficient Gradient-Based L2 Adversarial Attacks and Defenses',
    venue: 'CVPR 2019',
    identifier: 'arXiv:1811.09600',
  },
  access: 'white-box',
  stacks: false,
  settings,
  create: (chosen) => ({
    ball: l2Ball(chosen.epsilon ?? Infinity),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => spheres(state, chosen),
  }),
})

function spheres(state: AttackState, { steps, firstNorm, gamma }: Settings): () => Promise<StepTaken> {
  const { x, images, box } = state
  const radii = new Map<number, number>()
  let t = 0
  return async () => {
    const direction = await state.evaluate([state.deviation])
    const rate = cosineAnnealed(1, 0.01, { t: t++, steps })
    for (const sample of state.active()) {
      const [row, image, g] = [rowOf(x, sample), rowOf(images, sample), direction.of(sample)]
      const isBeyond = state.succeeds(state.logits(sample), sample)
      const radius = (radii.get(sample) ?? firstNorm) * (isBeyond ? 1 - gamma : 1 + gamma)
      radii.set(sample, radius)
      const length = normL2(g)
      if (length > 0) addScaled(row, row, g, rate / length) //                         δ + α·g / ‖g‖₂
      const reached = distanceL2(row, image)
      if (reached > 0) shrinkTowards(row, image, radius / reached) //                  r·δ / ‖δ‖₂
      clip(row, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    return { direction }
  }
}
