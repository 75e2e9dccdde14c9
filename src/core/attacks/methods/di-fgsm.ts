import { z } from 'zod'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { transferAttack } from '../transfer/iteration.ts'
import { diversity } from '../transfer/settings.ts'
import { diverse } from '../transfer/transforms.ts'

const settings = z.strictObject({
  epsilon,
  steps: steps(10, 'As for the other transfer attacks.'),
  stepSize: optionalStepSize('epsilon / steps'),
  decay: decay(1, '1 is M-DI²-FGSM, as the transfer attacks beside it; 0 is DI²-FGSM.'),
  ...diversity,
})

/** Diverse Inputs Iterative FGSM: Xie et al., DI²-FGSM and M-DI²-FGSM. */
export const diFgsm = defineMethod({
  name: 'di-fgsm',
  title: 'DI-FGSM',
  summary:
    'Diverse Inputs FGSM: gradients of randomly resized and padded copies of the image, for transfer between models.',
  equation:
    'g_{t+1} = μ·g_t + ∇J / mean|∇J|, ∇J = ∇J(f(T(x_t; p)), y); x_{t+1} = clip_ε(x_t + α·sign(g_{t+1})): T shrinks and pads with probability p',
  source: {
    authors: 'C. Xie, Z. Zhang, Y. Zhou, S. Bai, J. Wang, Z. Ren, A. Yuille',
    title: 'Improving Transferability of Adversarial Examples with Input Diversity',
    venue: 'CVPR 2019',
    identifier: 'arXiv:1803.06978',
  },
  access: 'white-box',
  stacks: false,
  settings,
  create: (chosen) => transferAttack({ ...chosen, copies: [diverse(chosen)] }),
})
