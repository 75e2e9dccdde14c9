import { z } from 'zod'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { epsilon } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'

/** x + ε·sign(∇J(f(x), y)): Goodfellow et al., section 4. */
export const fgsm = defineMethod({
  name: 'fgsm',
  title: 'FGSM',
  summary: 'Fast Gradient Sign Method: one step of the whole budget along the gradient’s signs.',
  equation: 'x_adv = x + ε·sign(∇J(f(x), y))',
  source: {
    authors: 'I. Goodfellow, J. Shlens, C. Szegedy',
    title: 'Explaining and Harnessing Adversarial Examples',
    venue: 'ICLR 2015',
    identifier: 'arXiv:1412.6572',
  },
  access: 'white-box',
  stacks: true,
  settings: z.strictObject({ epsilon }),
  create: ({ epsilon }) => ({
    ball: linfBall(epsilon),
    steps: 1,
    restarts: 1,
    randomStart: false,
    begin: (state) => signIteration(state, epsilon),
  }),
})
