import { z } from 'zod'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { transferAttack } from '../transfer/iteration.ts'
import { variance } from '../transfer/settings.ts'

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
  ...variance,
})

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
  create: (chosen) => transferAttack({ ...chosen, variance: chosen }),
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
  create: (chosen) => transferAttack({ ...chosen, ahead: true, variance: chosen }),
})
