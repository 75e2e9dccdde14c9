import { z } from 'zod'
import { smoothGaussianInZeros } from '../../tensor/smoothing.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { Rows, AttackState } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { decay, epsilon, kernelSize, optionalStepSize, steps } from '../settings.ts'
import { signIteration, type Direct } from '../sign-iteration.ts'
import { diverseGradient, diversity } from './di-fgsm.ts'
import { momentum } from './mi-fgsm.ts'

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
  kernelSize: kernelSize(15, 'As in the paper.'),
  kernel: z
    .enum(['code', 'paper'])
    .default('code')
    .describe(
      'Standard deviation of W for a radius k: code is k / 3, as in the authors’ code; paper is k / √3, its equation.',
    ),
  sigma: z
    .number()
    .positive()
    .optional()
    .describe('Standard deviation of W, in pixels. Default: what kernel says.'),
}

const plain = z.strictObject(common)
const diverse = z.strictObject({ ...common, ...diversity })

type Settings = z.output<typeof plain>

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
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => smoothedIteration(state, chosen),
  }),
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
  settings: diverse,
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => smoothedIteration(state, chosen, diverseGradient(state, chosen)),
  }),
})

/** Zeros lie beyond the gradient's border, as in the authors' code. */
function smoothedIteration(state: AttackState, chosen: Settings, gradient?: () => Promise<Rows>) {
  const { epsilon, steps, stepSize = epsilon / steps, kernelSize } = chosen
  const { sigma = deviationOf(chosen) } = chosen
  const [, ...rest] = state.x.shape
  const gather = momentum(state, chosen.decay)
  const direct: Direct = (row, sample) => {
    row.set(smoothGaussianInZeros(tensor([1, ...rest], row), { size: kernelSize, sigma }).data)
    state.freeze(row, sample)
    gather(row, sample)
  }
  return signIteration(state, stepSize, gradient === undefined ? { direct } : { direct, gradient })
}

/** Standard deviation of W, in pixels; one tap leaves the gradient as it is, whatever its σ. */
function deviationOf({ kernelSize, kernel }: Settings): number {
  const radius = (kernelSize - 1) / 2
  return radius === 0 ? 1 : radius / (kernel === 'code' ? 3 : Math.sqrt(3))
}
