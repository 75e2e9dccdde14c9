import { z } from 'zod'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { transferAttack } from '../transfer/iteration.ts'
import { scales } from '../transfer/settings.ts'
import { scaled } from '../transfer/transforms.ts'

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
  create: (chosen) => transferAttack({ ...chosen, ahead: true }),
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
    scales: scales(5, 'As in the paper.'),
  }),
  create: (chosen) => transferAttack({ ...chosen, ahead: true, copies: [scaled(chosen.scales)] }),
})
