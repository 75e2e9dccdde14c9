import { z } from 'zod'
import type { StepTaken, Walk } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { isAtTarget, lossOfPixels, weightedGradient, type Weigh } from '../pixel-weights.ts'
import { epsilon, randomStart, restarts, stepSize, steps } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'

/** Gu et al. 2022: PGD whose loss is that of the pixels that still hold, and in the end of all of them. */
export const segPgd = defineMethod({
  title: 'SegPGD',
  summary: 'PGD against segmentations that first goes for the pixels that still hold and in the end for all of them alike.',
  equation:
    'L = mean_i w_i·J_i, w = 1 − λ where pixels hold, λ where they are won, λ = (t − 1) / 2T; x_{t+1} = project_ε(x_t + α·sign(∇L))',
  source: {
    authors: 'J. Gu, H. Zhao, V. Tresp, P. Torr',
    title: 'SegPGD: An Effective and Efficient Adversarial Attack for Evaluating and Boosting Segmentation Robustness',
    venue: 'ECCV 2022',
    identifier: 'arXiv:2207.12391',
  },
  tasks: ['segmentation'],
  settings: z.strictObject({
    epsilon,
    stepSize: stepSize(2 / 255),
    steps: steps(20),
    restarts,
    randomStart: randomStart(true),
  }),
  create: ({ epsilon, stepSize, steps, restarts, randomStart }) => ({
    name: 'segpgd',
    ball: linfBall(epsilon),
    steps,
    restarts: randomStart ? restarts : 1,
    randomStart,
    begin: (walk) => segPgdIteration(walk, stepSize, steps),
  }),
})

function segPgdIteration(walk: Walk, stepSize: number, steps: number): () => Promise<StepTaken> {
  const loss = lossOfPixels(walk, 'SegPGD')
  let taken = 0
  const gradient = () => weightedGradient(walk, loss, towardsHeld(walk.targeted, taken++ / (2 * steps)))
  return signIteration(walk, stepSize, { gradient })
}

/** λ for pixels that are won (wrong, or as wanted where that is the goal), 1 − λ for the others. */
function towardsHeld(targeted: boolean, lambda: number): Weigh {
  return (decision, sample) => (isAtTarget(decision, sample) === targeted ? lambda : 1 - lambda)
}
