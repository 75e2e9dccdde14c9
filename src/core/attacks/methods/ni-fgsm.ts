import { z } from 'zod'
import { addScaled } from '../../math/kernels.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { AttackState } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { gradientSum, signIteration } from '../sign-iteration.ts'
import { momentum } from './mi-fgsm.ts'

const source = {
  authors: 'J. Lin, C. Song, K. He, L. Wang, J. E. Hopcroft',
  title: 'Nesterov Accelerated Gradient and Scale Invariance for Adversarial Attacks',
  venue: 'ICLR 2020',
  identifier: 'arXiv:1908.06281',
}

const common = {
  epsilon,
  steps: steps(10, 'As in the paper.'),
  stepSize: optionalStepSize('epsilon / steps, as in the paper'),
  decay: decay(1, 'As in the paper.'),
}

/** Nesterov Iterative FGSM: Lin et al., equations 6 to 8. */
export const niFgsm = defineMethod({
  name: 'ni-fgsm',
  title: 'NI-FGSM',
  summary:
    'Nesterov Iterative FGSM: the gradient is taken where the momentum leads, for transfer between models.',
  equation:
    'x_nes = x_t + α·μ·g_t; g_{t+1} = μ·g_t + ∇J(x_nes) / mean|∇J(x_nes)|; x_{t+1} = clip_ε(x_t + α·sign(g_{t+1}))',
  source,
  access: 'white-box',
  stacks: true,
  settings: z.strictObject(common),
  create: ({ epsilon, steps, stepSize = epsilon / steps, decay }) => ({
    ball: linfBall(epsilon),
    steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => scaledIteration(state, { stepSize, decay, scales: 1 }),
  }),
})

/** Scale-invariant NI-FGSM: Lin et al., algorithm 1. */
export const siNiFgsm = defineMethod({
  name: 'si-ni-fgsm',
  title: 'SI-NI-FGSM',
  summary: 'NI-FGSM with the gradients of scaled copies of the image added up, for transfer between models.',
  equation:
    'g = (1/m)·Σ_i ∇J(x_nes / 2^i), i = 0 … m−1; g_{t+1} = μ·g_t + g / mean|g|; x_{t+1} = clip_ε(x_t + α·sign(g_{t+1}))',
  source,
  access: 'white-box',
  stacks: true,
  settings: z.strictObject({
    ...common,
    scales: z.int().min(1).default(5).describe('Copies m: the image divided by 1, 2, 4, … As in the paper.'),
  }),
  create: ({ epsilon, steps, stepSize = epsilon / steps, decay, scales }) => ({
    ball: linfBall(epsilon),
    steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => scaledIteration(state, { stepSize, decay, scales }),
  }),
})

interface ScaledSteps {
  readonly stepSize: number
  readonly decay: number
  readonly scales: number
}

/**
 * Σ_i ∇_x J(x_nes / 2^i) has the chain rule's factor 1 / 2^i; the sum's length is divided out by the
 * momentum.
 */
function scaledIteration(state: AttackState, { stepSize, decay, scales }: ScaledSteps) {
  const sums = tensor(state.x.shape)
  const gradient = async () => {
    await state.evaluateLogits()
    return gradientSum(state, {
      count: scales,
      place: (point, sample, index) => {
        lookAhead(point, state, { sums, reach: stepSize * decay, sample })
        for (let i = 0; i < point.length; i++) point[i] = (point[i] ?? 0) / 2 ** index
      },
      weight: (index) => 1 / 2 ** index,
    })
  }
  return signIteration(state, stepSize, { gradient, direct: momentum(state, decay, sums) })
}

interface Ahead {
  /** g_t of all samples. */
  readonly sums: Tensor
  /** α·μ */
  readonly reach: number
  readonly sample: number
}

/** point ← x_nes = x_t + α·μ·g_t (equation 6), which is not clipped. */
export function lookAhead(point: Float32Array, { x }: AttackState, { sums, reach, sample }: Ahead): void {
  addScaled(point, rowOf(x, sample), rowOf(sums, sample), reach)
}
