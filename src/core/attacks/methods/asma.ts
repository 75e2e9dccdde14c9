import { z } from 'zod'
import { RadversaryError } from '../../errors.ts'
import { denseProbabilities, type DenseLoss } from '../../tasks/segmentation/losses.ts'
import type { StepTaken, AttackState } from '../attack.ts'
import { linfBall, noBall } from '../balls.ts'
import { advance } from '../../math/kernels.ts'
import { pullBack } from '../../math/perturbation.ts'
import { countOverlap } from '../../math/overlap.ts'
import { defineMethod } from '../method-entry.ts'
import { decidedChannels, decisionsOf, lossOfPixels, pulledBack } from '../pixel-weights.ts'
import { rowOf } from '../rows.ts'
import { steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon: z
    .number()
    .positive()
    .optional()
    .describe('The most that a pixel may change. Default: none, as in the paper.'),
  steps: steps(300, 'The authors’ code takes up to 2,500.'),
  beta: z
    .number()
    .min(0)
    .default(1e-3)
    .describe(
      'β: how the step grows with the overlap. It goes with the model’s gradients; the authors’ code takes 1e-6 for theirs.',
    ),
  tau: z
    .number()
    .positive()
    .default(1e-4)
    .describe(
      'τ: the step where there is no overlap yet. Steps below a stored value may leave nothing; the authors’ code takes 1e-7.',
    ),
})

type Settings = z.output<typeof settings>

/**
 * Adaptive Segmentation Mask Attack: Ozbulak et al. 2019; equation 2 is the sum over pixels that do not show
 * what is wanted.
 */
export const asma = defineMethod({
  name: 'asma',
  title: 'ASMA',
  summary:
    'Towards a wanted mask, by the logits of the pixels that do not show it yet, staying near the image.',
  equation: 'x_{t+1} = clip(x_t + (β·IoU_t + τ)·∇[Σ_{i: not yet wanted} z_i(wanted) − ‖x_t − x‖₂²])',
  source: {
    authors: 'U. Ozbulak, A. Van Messem, W. De Neve',
    title: 'Impact of Adversarial Examples on Deep Learning Models for Biomedical Image Segmentation',
    venue: 'MICCAI 2019',
    identifier: 'arXiv:1907.13124',
  },
  access: 'white-box',
  stacks: false,
  tasks: ['segmentation'],
  settings,
  create: (chosen) => ({
    ball: chosen.epsilon === undefined ? noBall() : linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    keeps: 'strongest',
    begin: (state) => asmaIteration(state, chosen),
  }),
})

function asmaIteration(state: AttackState, { beta, tau }: Settings): () => Promise<StepTaken> {
  const loss = lossOfPixels(state, 'ASMA')
  if (!state.targeted)
    throw new RadversaryError('usage', 'ASMA: expected a wanted mask, got an attack away from the label', {
      tip: 'Name a wanted class (--target) or masks (--target-masks).',
    })
  const { x, images, box } = state
  return async () => {
    await state.evaluateLogits()
    const wanted = new Map(state.active().map((sample) => [sample, wantedStill(state, sample, loss)]))
    const direction = await pulledBack(state, (sample) => wanted.get(sample)?.cotangent ?? new Float32Array())
    for (const sample of state.active()) {
      const [step, row, image] = [direction.of(sample), rowOf(x, sample), rowOf(images, sample)]
      const multiplier = beta * (wanted.get(sample)?.overlap ?? 0) + tau
      pullBack(step, multiplier, row, image)
      advance(row, step, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    return { direction }
  }
}

interface Wanted {
  /** Gradient by the logits of the sum of wanted logits; a single output's no is −z. */
  readonly cotangent: Float32Array
  /** IoU of what is decided and wanted, mean over the channels that either shows. */
  readonly overlap: number
}

function wantedStill(state: AttackState, sample: number, loss: DenseLoss): Wanted {
  const decided = decidedChannels(loss, denseProbabilities(loss, state.logits(sample)))
  const target = decidedChannels({ ...loss, threshold: 0.5 }, rowOf(state.deviation.target, sample))
  const cotangent = new Float32Array(decided.length)
  for (const { first, stride, channels } of decisionsOf(loss, decided.length)) {
    const places = Array.from({ length: channels }, (_, k) => first + k * stride)
    if (places.every((i) => decided[i] === target[i])) continue
    for (const i of places) cotangent[i] = channels > 1 ? Number(target[i] === 1) : target[i] === 1 ? 1 : -1
  }
  return { cotangent, overlap: meanIou(decided, target, loss.channels) }
}

function meanIou(a: Uint8Array, b: Uint8Array, channels: number): number {
  const pixels = a.length / channels
  const shown: number[] = []
  for (let k = 0; k < channels; k++) {
    const { both, either } = countOverlap(a, b, k * pixels, pixels)
    if (either > 0) shown.push(both / either)
  }
  return shown.length === 0 ? 1 : shown.reduce((sum, iou) => sum + iou, 0) / shown.length
}
