import { z } from 'zod'
import { entry, valueFor } from '../../entry.ts'
import { clip } from '../../math/kernels.ts'
import { float32At } from '../../math/at.ts'
import { denseProbabilities, type DenseLoss } from '../../tasks/segmentation/losses.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { checkpointsOf, StepSchedule } from '../apgd-schedule.ts'
import type { AttackProblem, AttackState, Rows, StepTaken } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import {
  decidedChannels,
  decisionsOf,
  isAtTarget,
  lossOfPixels,
  pulledBack,
  weightedSlope,
  type Decision,
  type Weigh,
  type Weighed,
} from '../pixel-weights.ts'
import { rowOf } from '../rows.ts'
import { epsilon, steps } from '../settings.ts'
import { momentumStep } from './apgd.ts'

const settings = z.strictObject({
  epsilon,
  steps: steps(300, 'Of each of the three losses, as in the paper.'),
})

/** Segmentation Ensemble Attack: Croce, Singh and Hein 2024; a restart for each of its losses. */
export const sea = defineMethod({
  name: 'sea',
  title: 'SEA',
  summary:
    'Segmentation ensemble attack: Auto-PGD on three losses of pixels, from twice the budget down to it; of each image the one with fewest right pixels is kept.',
  equation:
    'APGD within 2ε, 1.5ε and ε (30, 30 and 40 % of the steps) on mean_i w_i·CE_i, w = held·(1 − share of the label’s class), then w = held; then on mean_i JS(p_i ‖ y_i)',
  source: {
    authors: 'F. Croce, N. D. Singh, M. Hein',
    title: 'Towards Reliable Evaluation and Fast Training of Robust Semantic Segmentation Models',
    venue: 'ECCV 2024',
    identifier: 'arXiv:2306.12941',
  },
  access: 'white-box',
  stacks: false,
  tasks: ['segmentation'],
  settings,
  create: ({ epsilon, steps }) => ({
    ball: linfBall(epsilon),
    steps,
    restarts: pixelLosses.length,
    randomStart: false,
    keeps: 'strongest',
    ranks: wonShare,
    begin: (state) => shrinkingApgd(state, { epsilon, steps, loss: entry(pixelLosses, state.restart) }),
  }),
})

/** A loss of pixels by its gradient, w_i·(p_i − y_i), and what says of a pixel how far it has come. */
interface PixelLoss {
  readonly weighOf: (sample: Weighed, decisions: readonly Decision[], targeted: boolean) => Weigh
  /** By the probability of what is labelled. */
  readonly value: (p: number) => number
}

/**
 * The masked losses leave out what is wrong already, so that they fall as the attack goes on: progress is that
 * of the cross-entropy of all pixels. The gradient of the Jensen-Shannon divergence from a certain label by
 * the logits is ½·p·ln((1 + p) / p) times that of the cross-entropy.
 */
const pixelLosses: readonly PixelLoss[] = [
  {
    weighOf: (sample, decisions, targeted) => {
      const shares = classShares(sample, decisions)
      const held = heldWhere(targeted)
      return (decision) => held(decision, sample) * (1 - entry(shares, labelOf(decision, sample)))
    },
    value: crossEntropy,
  },
  { weighOf: (_, __, targeted) => heldWhere(targeted), value: crossEntropy },
  {
    weighOf: () => (decision, sample) => {
      const p = labelProbability(decision, sample)
      return (p * Math.log((1 + p) / p)) / 2
    },
    value: (p) => ((1 - p) * Math.LN2 + p * Math.log((2 * p) / (1 + p)) + Math.log(2 / (1 + p))) / 2,
  },
]

function crossEntropy(p: number): number {
  return -Math.log(p)
}

/** 1 where a pixel is what its label says; towards a wanted mask where it is not yet as wanted. */
function heldWhere(targeted: boolean): Weigh {
  return (decision, sample) => Number(isAtTarget(decision, sample) !== targeted)
}

/** Place of the label among the pixel's channels; of one output whether it says yes. */
function labelOf({ first, stride, channels }: Decision, { target }: Weighed): number {
  if (channels === 1) return float32At(target, first)
  for (let k = 0; k < channels; k++) if (target[first + k * stride] === 1) return k
  return 0
}

/** Which part of the decisions each label has. */
function classShares(sample: Weighed, decisions: readonly Decision[]): number[] {
  const counts = Array.from({ length: Math.max(2, entry(decisions, 0).channels) }, () => 0)
  for (const decision of decisions) {
    const label = labelOf(decision, sample)
    counts[label] = entry(counts, label) + 1
  }
  return counts.map((count) => count / decisions.length)
}

function labelProbability(decision: Decision, sample: Weighed): number {
  const { first, stride, channels } = decision
  const label = labelOf(decision, sample)
  const p = float32At(sample.p, channels === 1 ? first : first + label * stride)
  return Math.max(1e-12, channels === 1 && label === 0 ? 1 - p : p)
}

function weighedOf(loss: DenseLoss, target: Float32Array, logits: Float32Array): Weighed {
  const p = denseProbabilities(loss, logits)
  return { p, target, decided: decidedChannels(loss, p) }
}

/** Part of the pixels that are wrong, or as they are wanted. */
function wonShare({ loss, targets, targeted }: AttackProblem) {
  return (sample: number, logits: Float32Array): number => {
    const dense = lossOfPixels({ loss, notify: () => undefined }, 'SEA')
    const weighed = weighedOf(dense, rowOf(targets, sample), logits)
    const decisions = decisionsOf(dense, logits.length)
    const won = decisions.filter((decision) => isAtTarget(decision, weighed) === targeted)
    return won.length / decisions.length
  }
}

/** Parts of the steps, and the budgets' radii in budgets: section 3.2 of the paper. */
const stages = [
  { part: 0.3, radius: 2 },
  { part: 0.3, radius: 1.5 },
  { part: 0.4, radius: 1 },
] as const

interface Shrinking {
  readonly epsilon: number
  readonly steps: number
  readonly loss: PixelLoss
}

/** Auto-PGD within a budget that shrinks; each stage begins at the best point of the one before. */
function shrinkingApgd(state: AttackState, { epsilon, steps, loss }: Shrinking): () => Promise<StepTaken> {
  const dense = lossOfPixels(state, 'SEA')
  const early = stages.slice(0, 2).map(({ part }) => Math.floor(part * steps))
  const lengths = [...early, steps - early.reduce((sum, length) => sum + length, 0)]
  const plan = stages.flatMap(({ radius }, i) =>
    entry(lengths, i) > 0 ? [{ radius, length: entry(lengths, i) }] : [],
  )
  let [number, taken] = [0, 0]
  let stage = new Stage(state, { dense, loss, epsilon, ...entry(plan, 0) })
  return async () => {
    if (taken === entry(plan, number).length) {
      ;[number, taken] = [number + 1, 0]
      stage = new Stage(state, { dense, loss, epsilon, ...entry(plan, number), before: stage })
    }
    taken++
    return stage.step()
  }
}

interface StageOptions {
  readonly dense: DenseLoss
  readonly loss: PixelLoss
  readonly epsilon: number
  /** In budgets. */
  readonly radius: number
  readonly length: number
  readonly before?: Stage
}

/** A sample's best points so far: of the loss, to go back to, and with fewest right pixels, to go on from. */
interface Reached {
  readonly schedule: StepSchedule
  x: Float32Array
  gradient: Float32Array
  won: number
  strongest: Float32Array
}

/** Auto-PGD within one radius. */
class Stage {
  private readonly iterate: Tensor
  private readonly move: ReturnType<typeof momentumStep>
  private readonly reached = new Map<number, Reached>()

  constructor(
    private readonly state: AttackState,
    private readonly options: StageOptions,
  ) {
    const { images, bounds, x } = state
    const ball = linfBall(options.radius * options.epsilon)
    const box = ball.box(images, bounds)
    this.iterate = tensor(x.shape, x.data.slice())
    for (const sample of state.active()) {
      const row = rowOf(this.iterate, sample)
      row.set(options.before?.reached.get(sample)?.strongest ?? row)
      clip(row, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    this.move = momentumStep({ x: this.iterate, images, box }, ball)
  }

  /** One iteration; the image that is judged is the iterate brought into the budget. */
  async step(): Promise<StepTaken> {
    const { state, iterate } = this
    const { dense, loss } = this.options
    const logits = await this.judged()
    const weighed = new Map(
      state.active().map((sample) => {
        const target = rowOf(state.deviation.target, sample)
        return [sample, weighedOf(dense, target, logits.of(sample))] as const
      }),
    )
    const slopeOf = (sample: number) => slope(state, dense, loss, valueFor(weighed, sample))
    const direction = await pulledBack(state, slopeOf, iterate)
    for (const sample of state.active()) {
      const gradient = direction.of(sample)
      const size = this.observe(sample, valueFor(weighed, sample), gradient)
      this.move(sample, gradient, size)
    }
    return { direction }
  }

  /** Logits of the iterate. Within the budget itself it is what is judged, and takes one prediction. */
  private async judged(): Promise<Rows> {
    const { state, iterate } = this
    const logits = await state.predict(iterate)
    for (const sample of state.active()) {
      const row = rowOf(state.x, sample)
      row.set(rowOf(iterate, sample))
      clip(row, rowOf(state.box.lower, sample), rowOf(state.box.upper, sample))
    }
    if (this.options.radius > 1) await state.evaluateLogits()
    else await state.judgeLogits(logits)
    return logits
  }

  /** The length of the next step; goes back to the best point where progress stalls. */
  private observe(sample: number, weighed: Weighed, gradient: Float32Array): number {
    const { dense, loss, epsilon, radius, length } = this.options
    const row = rowOf(this.iterate, sample)
    const decisions = decisionsOf(dense, weighed.p.length)
    const won = decisions.filter((one) => isAtTarget(one, weighed) === this.state.targeted).length
    const known = this.reached.get(sample) ?? {
      schedule: new StepSchedule(2 * radius * epsilon, checkpointsOf(length)),
      x: row.slice(),
      gradient: gradient.slice(),
      won,
      strongest: row.slice(),
    }
    this.reached.set(sample, known)
    if (won >= known.won) Object.assign(known, { won, strongest: row.slice() })
    const sum = decisions.reduce((total, one) => total + loss.value(labelProbability(one, weighed)), 0)
    const { improved, halved } = known.schedule.observe(this.state.deviation.weight * sum)
    if (improved) Object.assign(known, { x: row.slice(), gradient: gradient.slice() })
    if (halved) {
      row.set(known.x)
      gradient.set(known.gradient)
    }
    return known.schedule.size
  }
}

/** Gradient by the logits of what is raised. */
function slope(
  { deviation, targeted }: AttackState,
  dense: DenseLoss,
  { weighOf }: PixelLoss,
  weighed: Weighed,
): Float32Array {
  const weigh = weighOf(weighed, decisionsOf(dense, weighed.p.length), targeted)
  return weightedSlope(dense, weighed, (decision) => deviation.weight * weigh(decision, weighed))
}
