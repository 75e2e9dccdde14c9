import { z } from 'zod'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { drawnPlace, shrinkAndPad } from '../../tensor/shrink-and-pad.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackState, Rows } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import type { RandomSource } from '../../random.ts'
import { rowOf } from '../rows.ts'
import { decay, epsilon, optionalStepSize, steps } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'
import { momentum } from './mi-fgsm.ts'

/** How the input is varied. */
export const diversity = {
  probability: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('How often the image is shrunk and padded before its gradient is taken. As in the paper.'),
  smallest: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.9)
    .describe('The least that it shrinks to, as a fraction of its size. The paper’s 299 pixels of 330.'),
}

const settings = z.strictObject({
  epsilon,
  steps: steps(10, 'As for the other transfer attacks.'),
  stepSize: optionalStepSize('epsilon / steps'),
  decay: decay(1, '1 is M-DI²-FGSM, as the transfer attacks beside it; 0 is DI²-FGSM.'),
  ...diversity,
})

type Settings = z.output<typeof settings>

/** Diverse Inputs Iterative FGSM: Xie et al., DI²-FGSM and M-DI²-FGSM. */
export const diFgsm = defineMethod({
  name: 'di-fgsm',
  title: 'DI-FGSM',
  summary:
    'Diverse Inputs FGSM: gradients of randomly resized and padded copies of the image, for transfer between models.',
  equation:
    'g_{t+1} = μ·g_t + ∇J / mean|∇J|, ∇J = ∇J(f(T(x_t; p)), y); x_{t+1} = clip_ε(x_t + α·sign(g_{t+1})): T shrinks and pads with probability p',
  source: {
    authors: 'C. Xie, Z. Zhang, Y. Zhou, S. Bai, J. Wang, Z. Ren, A. Yuille',
    title: 'Improving Transferability of Adversarial Examples with Input Diversity',
    venue: 'CVPR 2019',
    identifier: 'arXiv:1803.06978',
  },
  access: 'white-box',
  stacks: false,
  settings,
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => diverseIteration(state, chosen),
  }),
})

function diverseIteration(state: AttackState, chosen: Settings) {
  const { epsilon, steps, stepSize = epsilon / steps, decay } = chosen
  return signIteration(state, stepSize, {
    gradient: diverseGradient(state, chosen),
    direct: momentum(state, decay),
  })
}

export type DiversitySettings = Pick<Settings, 'probability' | 'smallest'>

/** ∇J(f(T(x_t; p)), y), with another T for each sample and iteration. */
export function diverseGradient(state: AttackState, chosen: DiversitySettings): () => Promise<Rows> {
  const inputs = tensor(state.x.shape)
  return async () => {
    await state.evaluateLogits()
    const maps = new Map(
      state.active().map((sample) => [sample, drawnMap(state, state.random(sample), chosen)]),
    )
    for (const sample of state.active()) {
      const x = rowOf(state.x, sample)
      rowOf(inputs, sample).set(maps.get(sample)?.apply(x) ?? x) //                  T(x_t; p)
    }
    const answer = await state.gradientAt(inputs, [state.deviation])
    for (const sample of state.active()) {
      const row = answer.gradient.of(sample)
      row.set(maps.get(sample)?.adjoint(row) ?? row) //                              ∇ through T
      state.freeze(row, sample)
    }
    return answer.gradient
  }
}

/**
 * T with a random size and place; undefined where the image stays as it is. The paper enlarges the input and
 * pads it to a larger one; an image's own grid cannot grow, so here it shrinks by as much and is padded back.
 */
function drawnMap(
  { x }: AttackState,
  random: RandomSource,
  { probability, smallest }: DiversitySettings,
): ReturnType<typeof shrinkAndPad> | undefined {
  const { channels, rows, columns } = imageBatchExtents(x, 'DI-FGSM')
  const [chance, scale, top, left] = [random.open(), random.open(), random.open(), random.open()]
  if (chance >= probability) return undefined
  return shrinkAndPad(drawnPlace([channels, rows, columns], smallest, [scale, top, left]))
}
