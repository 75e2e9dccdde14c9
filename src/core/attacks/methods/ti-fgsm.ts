import { z } from 'zod'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { transferAttack } from '../transfer/iteration.ts'
import { diversity, gaussianOf, translation } from '../transfer/settings.ts'
import { diverse } from '../transfer/transforms.ts'

const source = {
  authors: 'Y. Dong, T. Pang, H. Su, J. Zhu',
  title: 'Evading Defenses to Transferable Adversarial Examples by Translation-Invariant Attacks',
  venue: 'CVPR 2019',
  identifier: 'arXiv:1904.02884',
}

const common = {
  epsilon,
  steps: steps(10, 'As in the authors’ code.'),
  stepSize: optionalStepSize('epsilon / steps, as in the paper'),
  decay: decay(1, 'As in the authors’ code.'),
  ...translation,
}

const plain = z.strictObject(common)
const withDiversity = z.strictObject({ ...common, ...diversity })

/**
 * Translation-Invariant attacks: Dong et al., equations 7 to 9, with momentum. The gradient of all shifted
 * copies of an image is nearly the gradient of the image convolved with a kernel.
 */
export const tiFgsm = defineMethod({
  name: 'ti-fgsm',
  title: 'TI-FGSM',
  summary:
    'Translation-Invariant FGSM: momentum along the Gaussian-smoothed gradient, for transfer between models.',
  equation: 'g_{t+1} = μ·g_t + W∗∇J / mean|W∗∇J|; x_{t+1} = clip_ε(x_t + α·sign(g_{t+1}))',
  source,
  access: 'white-box',
  stacks: true,
  settings: plain,
  create: (chosen) => transferAttack({ ...chosen, kernel: gaussianOf(chosen) }),
})

/** The same with diverse inputs, which is what the authors' code does by default. */
export const tiDim = defineMethod({
  name: 'ti-dim',
  title: 'TI-DIM',
  summary:
    'TI-FGSM with the gradients of randomly resized and padded copies of the image, for transfer between models.',
  equation:
    'g_{t+1} = μ·g_t + W∗∇J / mean|W∗∇J|, ∇J = ∇J(f(T(x_t; p)), y); x_{t+1} = clip_ε(x_t + α·sign(g_{t+1})): T shrinks and pads with probability p',
  source,
  access: 'white-box',
  stacks: false,
  settings: withDiversity,
  create: (chosen) => transferAttack({ ...chosen, copies: [diverse(chosen)], kernel: gaussianOf(chosen) }),
})
