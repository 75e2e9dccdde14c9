import { z } from 'zod'
import type { StepTaken, AttackState } from '../attack.ts'
import { l2Ball, linfBall, type Ball } from '../balls.ts'
import { advance, normL2, scaleBy } from '../../math/kernels.ts'
import { defineMethod } from '../method-entry.ts'
import { epsilon, epsilonL2, optionalStepSize, randomStart, restarts, stepSize, steps } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'
import { rowOf } from '../rows.ts'

const source = {
  authors: 'A. Madry, A. Makelov, L. Schmidt, D. Tsipras, A. Vladu',
  title: 'Towards Deep Learning Models Resistant to Adversarial Attacks',
  venue: 'ICLR 2018',
  identifier: 'arXiv:1706.06083',
}

/** Projected gradient ascent in the Linf ball: Madry et al., section 2.1. */
export const pgd = defineMethod({
  name: 'pgd',
  title: 'PGD (Linf)',
  summary:
    'Projected Gradient Descent from random starts of which the best is kept; the budget bounds every pixel.',
  equation: 'x_{t+1} = project_ε(x_t + α·sign(∇J(f(x_t), y))), x_0 uniform in the budget',
  source,
  access: 'white-box',
  stacks: true,
  settings: z.strictObject({
    epsilon,
    stepSize: stepSize(2 / 255, 'As in the paper for 8/255.'),
    steps: steps(20, 'As in the paper’s evaluation.'),
    restarts,
    randomStart: randomStart(true),
  }),
  create: ({ epsilon, stepSize, steps, restarts, randomStart }) => ({
    ball: linfBall(epsilon),
    steps,
    restarts: randomStart ? restarts : 1,
    randomStart,
    begin: (state) => signIteration(state, stepSize),
  }),
})

/** Projected gradient ascent in the L2 ball: steps along the gradient itself, of a set length. */
export const pgdL2 = defineMethod({
  name: 'pgd-l2',
  title: 'PGD (L2)',
  summary:
    'Projected Gradient Descent from random starts of which the best is kept; the budget bounds the Euclidean norm.',
  equation: 'x_{t+1} = project_ε(x_t + α·∇J / ‖∇J‖₂), x_0 uniform in the budget',
  source,
  access: 'white-box',
  stacks: true,
  settings: z.strictObject({
    epsilon: epsilonL2,
    stepSize: optionalStepSize('2.5·epsilon / steps, as in the paper’s L2 experiments'),
    steps: steps(20),
    restarts,
    randomStart: randomStart(true),
  }),
  create: ({ epsilon, steps, stepSize = (2.5 * epsilon) / steps, restarts, randomStart }) => {
    const ball = l2Ball(epsilon)
    return {
      ball,
      steps,
      restarts: randomStart ? restarts : 1,
      randomStart,
      begin: (state) => normalisedIteration(state, ball, stepSize),
    }
  },
})

/** x_{t+1} = project(x_t + α·g / ‖g‖₂); a gradient of zeros moves nothing. */
function normalisedIteration(state: AttackState, ball: Ball, stepSize: number): () => Promise<StepTaken> {
  const { x, images, box } = state
  return async () => {
    const gradient = await state.evaluate([state.deviation])
    for (const sample of state.active()) {
      const step = gradient.of(sample)
      const length = normL2(step)
      if (length > 0) scaleBy(step, stepSize / length)
      advance(rowOf(x, sample), step, rowOf(box.lower, sample), rowOf(box.upper, sample))
      ball.project(rowOf(x, sample), rowOf(images, sample))
    }
    return { direction: gradient }
  }
}
