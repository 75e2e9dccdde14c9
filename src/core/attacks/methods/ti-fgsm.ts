import { z } from 'zod'
import { smoothGaussian } from '../../tensor/gaussian.ts'
import { tensor } from '../../tensor/tensor.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, kernelSize, optionalStepSize, steps } from '../settings.ts'
import { signIteration, type Direct } from '../sign-iteration.ts'
import { momentum } from './mi-fgsm.ts'

/**
 * Translation-Invariant attacks: Dong et al., equations 7 to 9. The gradient of all shifted copies of an
 * image is nearly the gradient of the image convolved with a kernel; the paper's Gaussian has 15 taps and σ =
 * k / √3 with the radius k = 7.
 */
export const tiFgsm = defineMethod({
  title: 'TI-FGSM',
  summary:
    'Translation-Invariant FGSM: sign steps along the Gaussian-smoothed gradient, for transfer between models.',
  equation: 'g_{t+1} = μ·g_t + W∗∇J / ‖W∗∇J‖₁; x_{t+1} = clip_ε(x_t + α·sign(g_{t+1}))',
  source: {
    authors: 'Y. Dong, T. Pang, H. Su, J. Zhu',
    title: 'Evading Defenses to Transferable Adversarial Examples by Translation-Invariant Attacks',
    venue: 'CVPR 2019',
    identifier: 'arXiv:1904.02884',
  },
  settings: z.strictObject({
    epsilon,
    steps: steps(1, '1 is TI-FGSM; 10 is TI-BIM, and with decay 1 TI-MI-FGSM.'),
    stepSize: optionalStepSize('epsilon / steps, as in the paper'),
    decay: decay(0, '1 for TI-MI-FGSM, as in the paper.'),
    kernelSize: kernelSize(15, 'As in the paper.'),
    sigma: z
      .number()
      .positive()
      .optional()
      .describe('Standard deviation of W, in pixels. Default: (kernelSize − 1) / 2 / √3.'),
  }),
  create: ({
    epsilon,
    steps,
    stepSize = epsilon / steps,
    decay,
    kernelSize,
    sigma = defaultSigma(kernelSize),
  }) => ({
    name: 'ti-fgsm',
    ball: linfBall(epsilon),
    steps,
    restarts: 1,
    randomStart: false,
    begin: (walk) => {
      const [, ...rest] = walk.x.shape
      const gather = momentum(walk, decay)
      const direct: Direct = (gradient, sample) => {
        gradient.set(smoothGaussian(tensor([1, ...rest], gradient), { size: kernelSize, sigma }).data)
        gather(gradient, sample)
      }
      return signIteration(walk, stepSize, { direct })
    },
  }),
})

/** σ = k / √3 for radius k; one tap leaves the gradient as it is, whatever its σ. */
function defaultSigma(kernelSize: number): number {
  return kernelSize === 1 ? 1 : (kernelSize - 1) / 2 / Math.sqrt(3)
}
