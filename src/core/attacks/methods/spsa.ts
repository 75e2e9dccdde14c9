import { z } from 'zod'
import { valueFor } from '../../entry.ts'
import { tensor } from '../../tensor/tensor.ts'
import { Adam } from '../../math/carlini-wagner.ts'
import type { Rows, StepTaken, AttackState } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { addScaled, advance } from '../../math/kernels.ts'
import { fillSigns } from '../../random.ts'
import { defineMethod } from '../method-entry.ts'
import { marginObjective } from '../objectives.ts'
import { rowOf } from '../rows.ts'
import { epsilon, steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon,
  steps: steps(100, 'As in the paper.'),
  pairs: z
    .int()
    .min(1)
    .default(64)
    .describe(
      'Pairs of predictions for one estimate of the gradient. More are steadier; the paper takes up to thousands.',
    ),
  probe: z.number().positive().default(0.01).describe('δ: how far from x_t they are taken, as in the paper.'),
  learningRate: z.number().positive().default(0.01).describe('Of Adam, as in the paper.'),
})

type Settings = z.output<typeof settings>

/** SPSA: Uesato et al., algorithm 1. */
export const spsa = defineMethod({
  name: 'spsa',
  title: 'SPSA',
  summary: 'Black box: Adam along gradients that are estimated from predictions alone.',
  equation:
    'ĝ = (1/n)·Σ_i (f(x_t + δ·v_i) − f(x_t − δ·v_i)) / (2·δ) · v_i, v_i ∈ {−1, 1}^d; x_{t+1} = P(x_t + Adam(ĝ)), f the margin',
  source: {
    authors: 'J. Uesato, B. O’Donoghue, A. van den Oord, P. Kohli',
    title: 'Adversarial Risk and the Dangers of Evaluating Against Weak Attacks',
    venue: 'ICML 2018',
    identifier: 'arXiv:1802.05666',
  },
  access: 'black-box',
  stacks: false,
  settings,
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    keeps: 'strongest',
    begin: (state) => estimatedAscent(state, chosen),
  }),
})

function estimatedAscent(
  state: AttackState,
  { pairs, probe, learningRate }: Settings,
): () => Promise<StepTaken> {
  const { x, box } = state
  const optimisers = new Map<number, Adam>()
  return async () => {
    await state.evaluateLogits()
    const gradient = await estimatedGradient(state, pairs, probe) //                      ĝ
    for (const sample of state.active()) {
      const step = gradient.of(sample)
      const adam = optimisers.get(sample) ?? new Adam(step.length, learningRate)
      optimisers.set(sample, adam)
      state.freeze(step, sample)
      adam.toStep(step)
      advance(rowOf(x, sample), step, rowOf(box.lower, sample), rowOf(box.upper, sample)) // P(x_t + Adam(ĝ))
    }
    return { direction: gradient }
  }
}

/** Two predictions of the whole batch for each pair. */
async function estimatedGradient(state: AttackState, pairs: number, probe: number): Promise<Rows> {
  const objective = marginObjective(state)
  const [signs, points, sums] = [tensor(state.x.shape), tensor(state.x.shape), tensor(state.x.shape)]
  const valuesAt = async (factor: number) => {
    for (const sample of state.active())
      addScaled(rowOf(points, sample), rowOf(state.x, sample), rowOf(signs, sample), factor)
    const logits = await state.predict(points)
    return new Map(state.active().map((sample) => [sample, objective.value(sample, logits.of(sample))]))
  }
  for (let pair = 0; pair < pairs; pair++) {
    for (const sample of state.active()) drawSigns(rowOf(signs, sample), state, sample)
    const [ahead, behind] = [await valuesAt(probe), await valuesAt(-probe)]
    for (const sample of state.active()) {
      const slope = (valueFor(ahead, sample) - valueFor(behind, sample)) / (2 * probe * pairs)
      addScaled(rowOf(sums, sample), rowOf(sums, sample), rowOf(signs, sample), slope)
    }
  }
  return { of: (sample) => rowOf(sums, sample) }
}

function drawSigns(signs: Float32Array, state: AttackState, sample: number): void {
  fillSigns(signs, state.random(sample))
  state.freeze(signs, sample)
}
