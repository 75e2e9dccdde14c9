import { z } from 'zod'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { transferAttack } from '../transfer/iteration.ts'

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
  create: transferAttack,
})
