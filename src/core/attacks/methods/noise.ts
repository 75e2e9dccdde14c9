import { z } from 'zod'
import type { StepTaken, AttackState } from '../attack.ts'
import { linfBall, type Ball } from '../balls.ts'
import { clip } from '../../math/kernels.ts'
import { defineMethod } from '../method-entry.ts'
import { epsilon } from '../settings.ts'
import { rowOf } from '../rows.ts'

/** The baseline of every report: what a change of this size does that is not aimed. */
export const noise = defineMethod({
  name: 'noise',
  title: 'Random noise',
  summary: 'Uniform random noise of the same budget: the baseline that an attack has to beat.',
  equation: 'x_adv = x + u, u uniform in [−ε, ε]',
  source: undefined,
  access: 'none',
  stacks: true,
  settings: z.strictObject({
    epsilon,
    draws: z
      .int()
      .min(1)
      .default(1)
      .describe(
        'Independent draws; per image the best is kept: one that succeeds, then the one with the greater loss.',
      ),
  }),
  create: ({ epsilon, draws }) => {
    const ball = linfBall(epsilon)
    return {
      ball,
      steps: 1,
      restarts: draws,
      randomStart: false,
      begin: (state) => draw(state, ball),
    }
  },
})

function draw(state: AttackState, ball: Ball): () => Promise<StepTaken> {
  const { x, images, box } = state
  return () => {
    for (const sample of state.active()) {
      ball.randomPoint(rowOf(x, sample), rowOf(images, sample), state.random(sample))
      clip(rowOf(x, sample), rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    return Promise.resolve({ direction: { of: (sample) => rowOf(x, sample) } })
  }
}
