import { float32At } from '../../math/at.ts'
import { z } from 'zod'
import type { AttackState, UnnamedMethod } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { isAtTarget, lossOfPixels, type Weigh, weightedGradient } from '../pixel-weights.ts'
import { epsilon, randomStart, restarts, steps, stepSize } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'

/** Settings of PGD whose loss weighs pixels. */
const pixelPgdSettings = z.strictObject({
  epsilon,
  stepSize: stepSize(2 / 255),
  steps: steps(20),
  restarts,
  randomStart: randomStart(true),
})

interface PixelPgd {
  readonly title: string
  /** How iteration t, from 0, of `steps` weighs. */
  readonly weighAt: (state: AttackState, t: number, steps: number) => Weigh
}

/** x_{t+1} = project_ε(x_t + α·sign(∇L)) with L = mean_i w_i·J_i. */
function pixelPgd(
  { title, weighAt }: PixelPgd,
  { epsilon, stepSize, steps, restarts, randomStart }: z.output<typeof pixelPgdSettings>,
): UnnamedMethod {
  return {
    ball: linfBall(epsilon),
    steps,
    restarts: randomStart ? restarts : 1,
    randomStart,
    begin: (state) => {
      const loss = lossOfPixels(state, title)
      let taken = 0
      return signIteration(state, stepSize, {
        gradient: () => weightedGradient(state, loss, weighAt(state, taken++, steps)),
      })
    },
  }
}

/** Gu et al. 2022: PGD whose loss is that of the pixels that still hold, and in the end of all of them. */
export const segPgd = defineMethod({
  name: 'segpgd',
  title: 'SegPGD',
  summary:
    'PGD against segmentations that first goes for the pixels that still hold and in the end for all of them alike.',
  equation:
    'L = mean_i w_i·J_i, w = 1 − λ where pixels hold, λ where they are won, λ = (t − 1) / 2T; x_{t+1} = project_ε(x_t + α·sign(∇L))',
  source: {
    authors: 'J. Gu, H. Zhao, V. Tresp, P. Torr',
    title:
      'SegPGD: An Effective and Efficient Adversarial Attack for Evaluating and Boosting Segmentation Robustness',
    venue: 'ECCV 2022',
    identifier: 'arXiv:2207.12391',
  },
  access: 'white-box',
  stacks: true,
  tasks: ['segmentation'],
  settings: pixelPgdSettings,
  create: (chosen) =>
    pixelPgd(
      {
        title: 'SegPGD',
        weighAt: ({ targeted }, t, steps) => towardsHeld(targeted, t / (2 * steps)),
      },
      chosen,
    ),
})

/** λ for pixels that are won (wrong, or as wanted where that is the goal), 1 − λ for the others. */
function towardsHeld(targeted: boolean, lambda: number): Weigh {
  return (decision, sample) => (isAtTarget(decision, sample) === targeted ? lambda : 1 - lambda)
}

/** Agnihotri et al. 2024: PGD whose loss weighs each pixel by how far it still is from being won. */
export const cosPgd = defineMethod({
  name: 'cospgd',
  title: 'CosPGD',
  summary:
    'PGD against segmentations that weighs each pixel’s loss by the cosine between its prediction and its label.',
  equation:
    'L = mean_i cos(f(x_t)_i, y_i)·J_i (1 − cos towards a wanted mask); x_{t+1} = project_ε(x_t + α·sign(∇L))',
  source: {
    authors: 'S. Agnihotri, S. Jung, M. Keuper',
    title: 'CosPGD: An Efficient White-Box Adversarial Attack for Pixel-Wise Prediction Tasks',
    venue: 'ICML 2024',
    identifier: 'arXiv:2302.02213',
  },
  access: 'white-box',
  stacks: true,
  tasks: ['segmentation'],
  settings: pixelPgdSettings,
  create: (chosen) =>
    pixelPgd({ title: 'CosPGD', weighAt: ({ targeted }) => (targeted ? missing : cosine) }, chosen),
})

/** Cosine of the distributions over classes; a single output is one of yes and no. */
const cosine: Weigh = ({ first, stride, channels }, { p, target }) => {
  if (channels === 1) return cosineOfTwo(float32At(p, first), float32At(target, first))
  let [product, squaresP, squaresT] = [0, 0, 0]
  for (let k = 0, i = first; k < channels; k++, i += stride) {
    const [a, b] = [float32At(p, i), float32At(target, i)]
    product += a * b
    squaresP += a * a
    squaresT += b * b
  }
  return product / Math.sqrt(squaresP * squaresT)
}

function cosineOfTwo(p: number, t: number): number {
  return (p * t + (1 - p) * (1 - t)) / (Math.hypot(p, 1 - p) * Math.hypot(t, 1 - t))
}

const missing: Weigh = (...at) => 1 - cosine(...at)
