import { z } from 'zod'
import { RadversaryError } from '../../errors.ts'
import { referenceKernelConvolution } from '../../tensor/smoothing.ts'
import { extentOf, tensor } from '../../tensor/tensor.ts'
import type { StepTaken, AttackState } from '../attack.ts'
import { noBall } from '../balls.ts'
import { advance, sumInto, toScaledSign } from '../../math/kernels.ts'
import { hardened, probabilitiesOf } from '../likelihood.ts'
import { defineMethod } from '../method-entry.ts'
import { steps } from '../settings.ts'
import { smia } from './smia.ts'
import { rowOf } from '../rows.ts'

const settings = z.strictObject({
  epsilon: z
    .number()
    .positive()
    .default(2 / 255)
    .describe(
      'The step of each iteration, not a budget: nothing but what can be stored bounds the sum of the steps.',
    ),
  steps: steps(10),
  alpha: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Their second weight. At 0, their default, the stabilization term is off. Above 0 the images must have three channels.',
    ),
})

/**
 * SMIA as the authors' published code does it, where it differs from their paper, so that numbers can be
 * compared with theirs.
 */
export const smiaReference = defineMethod({
  name: 'smia-reference',
  title: 'SMIA, reference mode',
  summary:
    "SMIA as in the authors' published code: epsilon is the step, no budget, hard targets, their own convolution.",
  equation:
    'g = ∇[J(f(x_t), y) − α·J(f(x_t), ŝ_{t−1})]; ŝ_t = arg max f(x_t + ε·conv(sign g)); x_{t+1} = x_t + ε·sign(g)',
  source: smia.source,
  access: 'white-box',
  stacks: true,
  settings,
  create: ({ epsilon, steps, alpha }) => ({
    ball: noBall(),
    steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => referenceIteration(state, epsilon, alpha),
  }),
})

/**
 * Their convolution is made for three channels. With others there is no smoothed input: the attack runs where
 * the stabilization term is off, as by default, and is refused where it is not.
 */
function referenceIteration(state: AttackState, epsilon: number, alpha: number): () => Promise<StepTaken> {
  const { x, box } = state
  const channels = extentOf(x.shape, 1)
  if (channels !== 3 && alpha > 0)
    throw new RadversaryError(
      'usage',
      `SMIA, reference mode: expected images of 3 channels for alpha above 0, got ${channels}`,
      {
        tip: "The authors' convolution mixes the channels of an RGB image. Use alpha 0, or the mode `paper`.",
      },
    )
  const smoothed = channels === 3 ? smoothedPrediction(state) : undefined
  let weight = 0 // no smoothed input before the first step

  return async () => {
    const stabilization = smoothed === undefined || alpha === 0 ? [] : [{ target: smoothed.target, weight }]
    const gradient = await state.evaluate([state.deviation, ...stabilization]) //        g_t
    for (const sample of state.active()) {
      const step = gradient.of(sample)
      toScaledSign(step, epsilon) //                                                   ε·sign(g_t)
      smoothed?.place(sample, step) //                                                 x_t + ε·conv(sign(g_t))
      advance(rowOf(x, sample), step, rowOf(box.lower, sample), rowOf(box.upper, sample)) // x_{t+1} = x_t + ε·sign(g_t)
    }
    if (smoothed === undefined) return { direction: gradient }
    await smoothed.predict() //                                                 arg max f(x_t + ε·conv(sign(g_t)))
    weight = -alpha
    return { direction: gradient, smoothed }
  }
}

/** The smoothed inputs of a batch and their hard predictions. */
function smoothedPrediction(state: AttackState) {
  const smoothed = tensor(state.x.shape)
  const target = tensor(state.deviation.target.shape)
  const [, ...rest] = state.x.shape
  return {
    x: smoothed,
    target,
    place: (sample: number, step: Float32Array) => {
      const convolved = referenceKernelConvolution(tensor([1, ...rest], step))
      sumInto(rowOf(smoothed, sample), rowOf(state.x, sample), convolved.data)
    },
    predict: async () => {
      const logits = await state.predict(smoothed)
      for (const sample of state.active())
        rowOf(target, sample).set(hardened(state.loss, probabilitiesOf(state.loss, logits.of(sample))))
    },
  }
}
