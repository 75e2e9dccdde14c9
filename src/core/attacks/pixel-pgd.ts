import { z } from 'zod'
import type { UnnamedMethod, AttackState } from './attack.ts'
import { linfBall } from './balls.ts'
import { lossOfPixels, weightedGradient, type Weigh } from './pixel-weights.ts'
import { epsilon, randomStart, restarts, stepSize, steps } from './settings.ts'
import { signIteration } from './sign-iteration.ts'

/** Settings of PGD whose loss weighs pixels. */
export const pixelPgdSettings = z.strictObject({
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
export function pixelPgd(
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
