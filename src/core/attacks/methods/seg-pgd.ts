import { defineMethod } from '../method-entry.ts'
import { pixelPgd, pixelPgdSettings } from '../pixel-pgd.ts'
import { isAtTarget, type Weigh } from '../pixel-weights.ts'

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
