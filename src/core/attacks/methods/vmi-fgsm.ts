import { z } from 'zod'
import { scaleBy } from '../../math/kernels.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackState, Rows } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { gradientSum, signIteration } from '../sign-iteration.ts'
import { momentum } from './mi-fgsm.ts'
import { lookAhead } from './ni-fgsm.ts'

const source = {
  authors: 'X. Wang, K. He',
  title: 'Enhancing the Transferability of Adversarial Attacks through Variance Tuning',
  venue: 'CVPR 2021',
  identifier: 'arXiv:2103.15571',
}

const settings = z.strictObject({
  epsilon,
  steps: steps(10, 'As in the paper.'),
  stepSize: optionalStepSize('epsilon / steps, as in the paper'),
  decay: decay(1, 'As in the paper.'),
  neighbours: z
    .int()
    .min(1)
    .default(20)
    .describe('Points N around x_t whose gradients give the variance. As in the paper.'),
  reach: z
    .number()
    .positive()
    .default(1.5)
    .describe('β: neighbours lie within β times the budget. As in the paper.'),
})

type Settings = z.output<typeof settings>

/** Variance-tuned MI-FGSM: Wang and He, algorithm 1. */
export const vmiFgsm = defineMethod({
  name: 'vmi-fgsm',
  title: 'VMI-FGSM',
  summary:
    'MI-FGSM with gradients tuned by their variance in the neighbourhood, for transfer between models.',
  equation:
    'g_{t+1} = μ·g_t + (∇J(x_t) + v_t) / mean|∇J(x_t) + v_t|; v_{t+1} = (1/N)·Σ_i ∇J(x_t + r_i) − ∇J(x_t), r_i uniform in [−β·ε, β·ε]',
  source,
  access: 'white-box',
  stacks: true,
  settings,
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => varianceTuned(state, chosen, (current) => current.atX()),
  }),
})

/** Variance-tuned NI-FGSM: the same with the gradient where the momentum leads. */
export const vniFgsm = defineMethod({
  name: 'vni-fgsm',
  title: 'VNI-FGSM',
  summary:
    'NI-FGSM with gradients tuned by their variance in the neighbourhood, for transfer between models.',
  equation:
    'g_{t+1} = μ·g_t + (∇J(x_nes) + v_t) / mean|∇J(x_nes) + v_t|, x_nes = x_t + α·μ·g_t; v_{t+1} = (1/N)·Σ_i ∇J(x_t + r_i) − ∇J(x_nes)',
  source,
  access: 'white-box',
  stacks: true,
  settings,
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => varianceTuned(state, chosen, (current) => current.ahead()),
  }),
})

/** The current gradient: at x_t, or at x_nes. */
interface Current {
  atX(): Promise<Rows>
  ahead(): Promise<Rows>
}

/** Algorithm 1, lines 3 to 7. */
function varianceTuned(state: AttackState, chosen: Settings, take: (current: Current) => Promise<Rows>) {
  const { epsilon, steps, stepSize = epsilon / steps, decay, neighbours, reach } = chosen
  const sums = tensor(state.x.shape) //                                            g_t
  const variance = tensor(state.x.shape) //                                        v_t
  const current = currentGradients(state, (point, sample) => {
    lookAhead(point, state, { sums, reach: stepSize * decay, sample })
  })
  const gradient = async () => {
    const own = await take(current) //                                            ĝ_{t+1} = ∇J(x_t)
    const around = await neighbourhood(state, neighbours, reach * epsilon) //      Σ_i ∇J(x_t + r_i)
    for (const sample of state.active()) {
      const [g, v, mean] = [own.of(sample), rowOf(variance, sample), around.of(sample)]
      scaleBy(mean, 1 / neighbours)
      for (let i = 0; i < g.length; i++) {
        const untuned = g[i] ?? 0
        g[i] = untuned + (v[i] ?? 0) //                                           ĝ_{t+1} + v_t
        v[i] = (mean[i] ?? 0) - untuned //                                        v_{t+1} = V(x_t)
      }
    }
    return own
  }
  return signIteration(state, stepSize, { gradient, direct: momentum(state, decay, sums) })
}

function currentGradients(state: AttackState, place: (point: Float32Array, sample: number) => void): Current {
  return {
    atX: () => state.evaluate([state.deviation]),
    ahead: async () => {
      await state.evaluateLogits()
      return gradientSum(state, { count: 1, place })
    },
  }
}

/** The variance's sum: gradients at uniform random points around x_t, which are not clipped. */
function neighbourhood(state: AttackState, count: number, radius: number): Promise<Rows> {
  return gradientSum(state, {
    count,
    place: (point, sample) => {
      const [x, random] = [rowOf(state.x, sample), state.random(sample)]
      for (let i = 0; i < point.length; i++) point[i] = (x[i] ?? 0) + radius * random.symmetric()
    },
  })
}
