import { z } from 'zod'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { epsilon, stepSize, steps } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'

/** The Basic Iterative Method: Kurakin et al., section 2.2. */
export const iFgsm = defineMethod({
  name: 'i-fgsm',
  title: 'I-FGSM',
  summary: 'Iterative FGSM (Basic Iterative Method): small sign steps, clipped to the budget.',
  equation: 'x_{t+1} = clip_ε(x_t + α·sign(∇J(f(x_t), y)))',
  source: {
    authors: 'A. Kurakin, I. Goodfellow, S. Bengio',
    title: 'Adversarial Examples in the Physical World',
    venue: 'ICLR 2017 workshop',
    identifier: 'arXiv:1607.02533',
  },
  access: 'white-box',
  stacks: true,
  settings: z.strictObject({
    epsilon,
    stepSize: stepSize(1 / 255, 'One grey level of 255, as in the paper.'),
    steps: steps(10, 'The paper takes min(ε + 4, 1.25·ε) with ε in grey levels: 10 at 8.'),
  }),
  create: ({ epsilon, stepSize, steps }) => ({
    ball: linfBall(epsilon),
    steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => signIteration(state, stepSize),
  }),
})
