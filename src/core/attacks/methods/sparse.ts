import { z } from 'zod'
import { addScaled, clip, scaleBy } from '../../math/kernels.ts'
import { addCountSlope, dropSmallChanges, shrinkChange } from '../../math/l1.ts'
import { toSlope } from '../../math/carlini-wagner.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { l0Ball, l1Ball } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { marginObjective } from '../objectives.ts'
import { rowOf } from '../rows.ts'
import { cosineAnnealed, smallestEpsilon, steps } from '../settings.ts'
import { nextConstant, type ConstantSearch } from '../constant-search.ts'

const eadSettings = z.strictObject({
  epsilon: smallestEpsilon('L1'),
  steps: steps(200, 'Of each search; the paper takes 1000.'),
  searches: z.int().min(1).default(6).describe('Values of c that are tried. The paper takes 9.'),
  initialConstant: z.number().positive().default(0.01).describe('The first c. The paper starts at 0.001.'),
  beta: z
    .number()
    .min(0)
    .default(0.001)
    .describe('β: weight of the sum of changes beside the square of their norm. As in the paper.'),
  learningRate: z
    .number()
    .positive()
    .default(0.01)
    .describe('The first step; falls with the square root of what is left. As in the paper.'),
})

/** Elastic-net Attack to Deep Neural Networks: Chen et al., algorithm 1 (ISTA), with the L1 decision rule. */
export const ead = defineMethod({
  name: 'ead',
  title: 'EAD (L1)',
  summary:
    'Elastic-net attack: the smallest sum of changes, by shrinking steps on L1, L2 and margin together and a search for their balance c.',
  equation:
    'x_{t+1} = S_β(x_t − α_t·∇(c·max(z_y − max_{i≠y} z_i, 0) + ‖x_t − x‖₂²)), S_β shrinks each change by β within the bounds',
  source: {
    authors: 'P.-Y. Chen, Y. Sharma, H. Zhang, J. Yi, C.-J. Hsieh',
    title: 'EAD: Elastic-Net Attacks to Deep Neural Networks via Adversarial Examples',
    venue: 'AAAI 2018',
    identifier: 'arXiv:1709.04114',
  },
  access: 'white-box',
  stacks: false,
  settings: eadSettings,
  create: (chosen) => ({
    ball: l1Ball(chosen.epsilon ?? Infinity),
    steps: chosen.steps * chosen.searches,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => shrinkingSteps(state, chosen),
  }),
})

function shrinkingSteps(
  state: AttackState,
  { steps, searches, initialConstant, beta, learningRate }: z.output<typeof eadSettings>,
): () => Promise<StepTaken> {
  const { x, images, box } = state
  const objective = marginObjective(state)
  const found = new Map<number, ConstantSearch>()
  let iteration = 0
  return async () => {
    const slope = await objective.gradient()
    const rate = learningRate * Math.sqrt(1 - (iteration % steps) / steps) //           α_t
    const beginsAnew = ++iteration % steps === 0 && iteration < steps * searches
    for (const sample of state.active()) {
      const [row, image, g] = [rowOf(x, sample), rowOf(images, sample), slope.of(sample)]
      const own = { lower: rowOf(box.lower, sample), upper: rowOf(box.upper, sample) }
      const search = found.get(sample) ?? {
        constant: initialConstant,
        range: [0, Infinity],
        succeeded: false,
      }
      const logits = state.logits(sample)
      const isBeyond = state.succeeds(logits, sample)
      const isShort = objective.value(sample, logits) < state.requiredMargin(logits, sample)
      const tried = { ...search, succeeded: search.succeeded || isBeyond }
      found.set(sample, beginsAnew ? { ...nextConstant(tried), succeeded: false } : tried)
      toSlope(g, row, image, isShort ? -search.constant : 0)
      addScaled(row, row, g, -rate)
      shrinkChange(row, image, own, beta)
      if (beginsAnew) row.set(image)
    }
    return { direction: slope }
  }
}

const sigmaZeroSettings = z.strictObject({
  epsilon: smallestEpsilon('L0 (values that change)'),
  steps: steps(200, 'The paper takes 1000.'),
  learningRate: z
    .number()
    .positive()
    .default(1)
    .describe('η: the first step; falls to a tenth by a cosine. As in the paper.'),
  sigma: z
    .number()
    .positive()
    .default(0.001)
    .describe('σ: how smooth the count of changes is. As in the paper.'),
  threshold: z
    .number()
    .min(0)
    .default(0.3)
    .describe('τ: changes below it are dropped at first. As in the paper.'),
  thresholdStep: z
    .number()
    .min(0)
    .default(0.01)
    .describe(
      't: by how much τ rises after a success and falls after a failure, in steps η. As in the paper.',
    ),
})

/** σ-zero: Cinà et al., algorithm 1. */
export const sigmaZero = defineMethod({
  name: 'sigma-zero',
  title: 'σ-zero (L0)',
  summary:
    'The fewest values that change: steps on the margin and a smooth count of changes, of which small ones are dropped.',
  equation:
    'δ ← clip(δ − η_t·g / ‖g‖_∞), g = ∇(max(z_y − max_{i≠y} z_i, 0) + (1/d)·Σ δ_i² / (δ_i² + σ)); δ_i ← 0 where |δ_i| < τ; τ ← τ ± t·η_t',
  source: {
    authors: 'A. E. Cinà, F. Villani, M. Pintor, L. Schönherr, B. Biggio, M. Pelillo',
    title: 'σ-zero: Gradient-based Optimization of ℓ0-norm Adversarial Examples',
    venue: 'ICLR 2025',
    identifier: 'arXiv:2402.01879',
  },
  access: 'white-box',
  stacks: false,
  settings: sigmaZeroSettings,
  create: (chosen) => ({
    ball: l0Ball(chosen.epsilon ?? Infinity),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => sparseSteps(state, chosen),
  }),
})

function sparseSteps(
  state: AttackState,
  { steps, learningRate, sigma, threshold, thresholdStep }: z.output<typeof sigmaZeroSettings>,
): () => Promise<StepTaken> {
  const { x, images, box } = state
  const objective = marginObjective(state)
  const thresholds = new Map<number, number>()
  let t = 0
  return async () => {
    const direction = await objective.gradient()
    const rate = cosineAnnealed(learningRate, learningRate / 10, { t: t++, steps })
    for (const sample of state.active()) {
      const [row, image, g] = [rowOf(x, sample), rowOf(images, sample), direction.of(sample)]
      const logits = state.logits(sample)
      const isShort = objective.value(sample, logits) < state.requiredMargin(logits, sample)
      scaleBy(g, isShort ? -1 : 0) //                                                   ∇ max(−margin, 0)
      addCountSlope(g, row, image, sigma)
      const largest = g.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      if (largest > 0) addScaled(row, row, g, -rate / largest)
      clip(row, rowOf(box.lower, sample), rowOf(box.upper, sample))
      const change = thresholdStep * rate * (state.succeeds(logits, sample) ? 1 : -1)
      const tau = Math.min(1, Math.max(0, (thresholds.get(sample) ?? threshold) + change))
      thresholds.set(sample, tau)
      dropSmallChanges(row, image, tau)
    }
    return { direction }
  }
}
