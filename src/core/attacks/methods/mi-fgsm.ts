import { z } from 'zod'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { AttackState } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { accumulate, countMovable, normL1 } from '../../math/kernels.ts'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { signIteration, type Direct } from '../sign-iteration.ts'
import { rowOf } from '../rows.ts'

/** Momentum Iterative FGSM: Dong et al., algorithm 1. */
export const miFgsm = defineMethod({
  name: 'mi-fgsm',
  title: 'MI-FGSM',
  summary: 'Momentum Iterative FGSM: sign steps along a decaying sum of normalised gradients.',
  equation: 'g_{t+1} = μ·g_t + ∇J / mean|∇J|; x_{t+1} = clip_ε(x_t + α·sign(g_{t+1}))',
  source: {
    authors: 'Y. Dong, F. Liao, T. Pang, H. Su, J. Zhu, X. Hu, J. Li',
    title: 'Boosting Adversarial Attacks with Momentum',
    venue: 'CVPR 2018',
    identifier: 'arXiv:1710.06081',
  },
  access: 'white-box',
  stacks: true,
  settings: z.strictObject({
    epsilon,
    steps: steps(10, 'As in the paper.'),
    stepSize: optionalStepSize('epsilon / steps, as in the paper'),
    decay: decay(1, 'As in the paper.'),
  }),
  create: ({ epsilon, steps, stepSize = epsilon / steps, decay }) => ({
    ball: linfBall(epsilon),
    steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => signIteration(state, stepSize, { direct: momentum(state, decay) }),
  }),
})

/**
 * g ← μ·g + ∇J / mean|∇J|, handed back in the gradient's place; `sums` [N, C, H, W] holds the g of all
 * samples. Equation 6 of the paper divides by the sum ‖∇J‖₁; the authors' code, and all that follow it, by
 * the mean. The signs are the same, but where a method looks ahead by g, only the mean makes that as long as
 * a step. It is taken over the pixels that may change.
 */
export function momentum(state: AttackState, decay: number, sums: Tensor = tensor(state.x.shape)): Direct {
  const movable = new Map<number, number>()
  return (gradient, sample) => {
    const [sum, norm] = [rowOf(sums, sample), normL1(gradient)]
    const pixels =
      movable.get(sample) ?? countMovable(rowOf(state.box.lower, sample), rowOf(state.box.upper, sample))
    movable.set(sample, pixels)
    accumulate(sum, decay, gradient, norm > 0 ? pixels / norm : 0)
    gradient.set(sum)
  }
}
