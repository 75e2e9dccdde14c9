import { z } from 'zod'
import type { UnnamedMethod, StepTaken, UniversalPlan, Walk } from '../attack.ts'
import { l2Ball, linfBall, type Ball } from '../balls.ts'
import { addScaled, clampTo, normL2, scaleBy, toScaledSign } from '../kernels.ts'
import { isAtBound } from '../learn-universal.ts'
import { lossOf } from '../likelihood.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { epsilon, epsilonL2, optionalStepSize, stepSize } from '../settings.ts'
import { perturb, SharedPerturbation } from '../shared-perturbation.ts'

const source = {
  authors: 'A. Shafahi, M. Najibi, Z. Xu, J. Dickerson, L. S. Davis, T. Goldstein',
  title: 'Universal Adversarial Training',
  venue: 'AAAI 2020',
  identifier: 'arXiv:1811.11304',
}

const shared = {
  epochs: z.int().min(1).default(10).describe('Passes over all images of the group.'),
  miniBatch: z
    .int()
    .min(1)
    .default(8)
    .describe(
      'Images whose gradients make one step; they are drawn anew in every epoch, and no more than these are held in memory.',
    ),
  over: z
    .enum(['series', 'cohort'])
    .default('series')
    .describe(
      'Which images share the perturbation: those of each series, or all that are attacked; of different sizes, those of each size.',
    ),
  lossBound: z
    .number()
    .positive()
    .default(9)
    .describe(
      'β: an image whose cross-entropy has reached it is not followed any further. As in the paper. Other losses have no bound.',
    ),
}

type Shared = z.output<z.ZodObject<typeof shared>>

/**
 * One perturbation for all images within an Linf budget: Shafahi et al. 2020, algorithm 1, with sign steps.
 */
export const universal = defineMethod({
  name: 'universal',
  title: 'Universal (Linf)',
  summary:
    'One and the same perturbation for all images of a series or a cohort: sign steps on their mean loss; the budget bounds every pixel.',
  equation:
    'v ← project_ε(v + α·sign(Σ_{x in B} ∇min(J(f(x + v), y), β))), B a mini-batch; every image becomes clip(x + v)',
  source,
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ epsilon, stepSize: stepSize(1 / 255), ...shared }),
  create: ({ epsilon, stepSize, ...settings }) =>
    universalMethod(linfBall(epsilon), settings, (v, gradient) => {
      toScaledSign(gradient, stepSize)
      addScaled(v, v, gradient, 1)
      clampTo(v, Math.fround(epsilon))
    }),
})

/** The same within an L2 budget: steps of a set length along the gradient. */
export const universalL2 = defineMethod({
  name: 'universal-l2',
  title: 'Universal (L2)',
  summary:
    'One and the same perturbation for all images of a series or a cohort: steps up their mean loss; the budget bounds its Euclidean norm.',
  equation:
    'v ← project_ε(v + α·g / ‖g‖₂), g = Σ_{x in B} ∇min(J(f(x + v), y), β), B a mini-batch; every image becomes clip(x + v)',
  source,
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ epsilon: epsilonL2, stepSize: optionalStepSize('epsilon / 10'), ...shared }),
  create: ({ epsilon, stepSize = epsilon / 10, ...settings }) =>
    universalMethod(l2Ball(epsilon), settings, (v, gradient) => {
      const length = normL2(gradient)
      if (length > 0) scaleBy(gradient, stepSize / length)
      addScaled(v, v, gradient, 1)
      const norm = normL2(v)
      if (norm > epsilon) scaleBy(v, epsilon / norm)
    }),
})

function universalMethod(ball: Ball, settings: Shared, ascend: UniversalPlan['ascend']): UnnamedMethod {
  const plan = { ...settings, ascend }
  return {
    ...{ ball, steps: settings.epochs, restarts: 1, randomStart: false, universal: plan },
    begin: (walk) => batchIteration(walk, plan),
  }
}

/** Where a batch is all there is, it is the group and its own mini-batch: one step in each epoch. */
function batchIteration(walk: Walk, plan: UniversalPlan): () => Promise<StepTaken> {
  const { x, images, box, loss, targeted, deviation } = walk
  const shared = new SharedPerturbation(plan, x.data.length / (x.shape[0] ?? 1))
  return async () => {
    const gradient = await walk.evaluate([deviation])
    for (const sample of walk.active()) {
      const own = lossOf(loss, walk.logits(sample), rowOf(deviation.target, sample))
      if (!isAtBound({ loss, targeted }, plan, own)) shared.add(gradient.of(sample))
    }
    const step = shared.step()
    for (const sample of walk.active()) {
      const own = { lower: rowOf(box.lower, sample), upper: rowOf(box.upper, sample) }
      perturb(rowOf(x, sample), rowOf(images, sample), shared.values, own)
    }
    return { direction: { of: () => step } }
  }
}
