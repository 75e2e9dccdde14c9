import { z } from 'zod'
import { RadversaryError } from '../../errors.ts'
import { addScaled, advance, sumInto, toScaledSign } from '../../math/kernels.ts'
import { smoothAlongStack, smoothGaussian } from '../../tensor/smoothing.ts'
import { sampleOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { hardened, probabilitiesOf } from '../likelihood.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { epsilon, kernelSize, randomStart, steps, stepSize } from '../settings.ts'

const settings = z.strictObject({
  epsilon,
  stepSize: stepSize(2 / 255),
  steps: steps(10),
  alpha: z
    .number()
    .min(0)
    .default(1)
    .describe('Weight of the stabilization term; 0 leaves I-FGSM, with the smoothed input still watched.'),
  kernelSize: kernelSize(3),
  sigma: z.number().positive().default(1).describe('Standard deviation of W, in pixels.'),
  kernelSlices: z
    .int()
    .min(1)
    .refine((size) => size % 2 === 1, 'expected an odd number')
    .default(1)
    .describe(
      'Taps of W from slice to slice, of models that take a stack of them: an odd number; 1 smooths each slice by itself.',
    ),
  sigmaSlices: z
    .number()
    .positive()
    .default(1)
    .describe('Standard deviation of W from slice to slice, in slices.'),
  smooth: z
    .enum(['perturbation', 'image'])
    .default('perturbation')
    .describe(
      'What W smooths: this step’s perturbation (x + W ∗ r, as in the paper) or the whole perturbed image (W ∗ (x + r)).',
    ),
  stabilizationTarget: z
    .enum(['soft', 'hard'])
    .default('soft')
    .describe(
      'f(x̃) as the predicted distribution, as in the paper’s KL analysis, or as its most likely class.',
    ),
  randomStart: randomStart(false),
})

type SmiaSettings = z.output<typeof settings>

/** The Stabilized Medical Image Attack, as its paper has it. */
export const smia = defineMethod({
  name: 'smia',
  title: 'SMIA',
  summary:
    'Drives the prediction away from the label and keeps it close to the prediction of the smoothed input.',
  equation:
    'g = ∇[J(f(x_t), y) − α·J(f(x_t), s_{t−1})]; r = step·sign(g); s_t = f(x_t + W ∗ r); x_{t+1} = clip(project_ε(x_t + r))',
  source: {
    authors: 'G. Qi, L. Gong, Y. Song, K. Ma, Y. Zheng',
    title: 'Stabilized Medical Image Attacks',
    venue: 'ICLR 2021',
    identifier: 'arXiv:2103.05232',
  },
  access: 'white-box',
  stacks: true,
  settings,
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: chosen.randomStart,
    begin: (state) => stabilizedIteration(state, chosen),
  }),
})

/**
 * The loop of section 3: L = L_DEV + α·L_STA with L_DEV = J(f(x), y), L_STA = −J(f(x), f(x̃)), raised by sign
 * steps. The prediction of the smoothed input, s, is a target: no gradient flows through it. There is no s
 * before the first step, so the term's weight is 0 there rather than the term missing: a runtime compiles one
 * graph for the loss then, not two.
 */
function stabilizedIteration(state: AttackState, settings: SmiaSettings): () => Promise<StepTaken> {
  const { x, box, loss } = state
  const smoothed = tensor(x.shape) //                                                   x̃
  const target = tensor(state.deviation.target.shape) //                                 s
  let weight = 0

  return async () => {
    const stabilization = settings.alpha === 0 ? [] : [{ target, weight }]
    const gradient = await state.evaluate([state.deviation, ...stabilization]) //         g_t = ∇[J(f(x_t), y) − α·J(f(x_t), s_{t−1})]
    for (const sample of state.active()) {
      const step = gradient.of(sample)
      toScaledSign(step, settings.stepSize) //                                          r_t = step·sign(g_t)
      smoothInto(rowOf(smoothed, sample), state, sample, step, settings) //                x̃_t = x_t + W ∗ r_t
    }
    if (settings.kernelSlices > 1) smoothSlices(smoothed, state, settings)
    for (const sample of state.active()) {
      const step = gradient.of(sample)
      advance(rowOf(x, sample), step, rowOf(box.lower, sample), rowOf(box.upper, sample)) //  x_{t+1} = clip(project(x_t + r_t))
    }
    const logits = await state.predict(smoothed) //                                      s_t = f(x̃_t)
    for (const sample of state.active()) {
      const soft = probabilitiesOf(loss, logits.of(sample))
      rowOf(target, sample).set(settings.stabilizationTarget === 'soft' ? soft : hardened(loss, soft))
    }
    weight = -settings.alpha
    return { direction: gradient, smoothed: { x: smoothed, target } }
  }
}

/** x + W ∗ step, or W ∗ (x + step), into `smoothed`. */
function smoothInto(
  smoothed: Float32Array,
  state: AttackState,
  sample: number,
  step: Float32Array,
  { smooth, kernelSize, sigma }: SmiaSettings,
): void {
  const { shape } = sampleOf(state.x, sample)
  const x = rowOf(state.x, sample)
  const options = { size: kernelSize, sigma }
  if (smooth === 'perturbation') {
    smoothGaussian(tensor(shape, step), options, tensor(shape, smoothed))
    sumInto(smoothed, smoothed, x)
  } else {
    sumInto(smoothed, x, step)
    smoothed.set(smoothGaussian(tensor(shape, smoothed), options).data)
  }
}

/** The third axis of W: from slice to slice of the stack that the batch is. */
function smoothSlices(
  smoothed: Tensor,
  { x, coupled }: AttackState,
  { smooth, kernelSlices, sigmaSlices }: SmiaSettings,
): void {
  if (!coupled)
    throw new RadversaryError(
      'usage',
      'SMIA: expected a model that takes a stack of slices for kernelSlices above 1, got another',
      {
        tip: 'Leave kernelSlices at 1: the images of a batch are no neighbours to such a model.',
      },
    )
  const along = (values: Tensor) => smoothAlongStack(values, { size: kernelSlices, sigma: sigmaSlices }).data
  if (smooth === 'image') smoothed.data.set(along(smoothed))
  else {
    addScaled(smoothed.data, smoothed.data, x.data, -1)
    sumInto(smoothed.data, x.data, along(smoothed))
  }
}
