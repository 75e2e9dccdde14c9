import { z } from 'zod'
import { float32At, float64At } from '../../math/at.ts'
import { addScaled, clip } from '../../math/kernels.ts'
import { proximalLinf, scaledDescent } from '../../math/proximal.ts'
import type { DenseLoss } from '../../tasks/segmentation/losses.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { decisionsOf, lossOfPixels, pulledBack, type Decision } from '../pixel-weights.ts'
import { rowOf } from '../rows.ts'
import { smallestEpsilon, steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon: smallestEpsilon('maximum'),
  steps: steps(500, 'As in the paper.'),
  learningRate: z
    .number()
    .positive()
    .default(0.001)
    .describe(
      'λ: the first step, in intensity ranges; falls to a tenth once there is a success. As in the paper.',
    ),
  share: z
    .number()
    .positive()
    .max(1)
    .default(0.99)
    .describe(
      'Part of the pixels that it goes for: the others, those that hold most, are left out step by step. What succeeds, the goal says. As in the paper.',
    ),
})

type Settings = z.output<typeof settings>

/** ALMA prox: Rony, Pesquet and Ben Ayed 2023, algorithm 1. */
export const almaProx = defineMethod({
  name: 'alma-prox',
  title: 'ALMA prox (Linf)',
  summary:
    'The smallest change of any pixel that takes a segmentation over: an augmented Lagrangian with a multiplier for every pixel, and proximal steps on the norm.',
  equation:
    'min ‖δ‖∞ + Σ_i P(w·d_i; ρ_i, μ_i), d_i the pixel’s difference of logits ratio; δ ← prox_{λ‖·‖∞}(δ − λ·∇ / H) with RMSprop’s metric H',
  source: {
    authors: 'J. Rony, J.-C. Pesquet, I. Ben Ayed',
    title: 'Proximal Splitting Adversarial Attack for Semantic Segmentation',
    venue: 'CVPR 2023',
    identifier: 'arXiv:2206.07179',
  },
  access: 'white-box',
  stacks: false,
  tasks: ['segmentation'],
  settings,
  create: (chosen) => ({
    ball: linfBall(chosen.epsilon ?? Infinity),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => almaIteration(state, chosen),
  }),
})

/** The paper's constants: α of both averages, τ and M of what has improved, γ of ρ, and w's range and rate. */
const alpha = 0.8
const [improvement, checkEvery, growth] = [0.95, 10, 2]
const scale = { least: 0.1, most: 1, rate: 0.02 }
const [mostMultiplier, leastMultiplier] = [1, 1e-12]
const slack = 1e-4

function almaIteration(state: AttackState, chosen: Settings): () => Promise<StepTaken> {
  const loss = lossOfPixels(state, 'ALMA prox')
  const lagrangians = new Map<number, Lagrangian>()
  let t = 0
  return async () => {
    await state.evaluateLogits()
    for (const sample of state.active()) {
      const known = lagrangians.get(sample) ?? new Lagrangian(state, sample, { ...chosen, loss })
      lagrangians.set(sample, known)
      known.observe(state.logits(sample), t)
    }
    const cotangentOf = (sample: number) => lagrangians.get(sample)?.cotangent ?? new Float32Array()
    const direction = await pulledBack(state, cotangentOf)
    for (const sample of state.active()) lagrangians.get(sample)?.step(direction.of(sample), t)
    t++
    return { direction }
  }
}

interface Options extends Settings {
  readonly loss: DenseLoss
}

/** One image's constraints, one of each pixel, with their multipliers and penalties. */
class Lagrangian {
  /** [K, h, w]: gradient of the penalties by the logits. */
  readonly cotangent: Float32Array
  private readonly decisions: readonly Decision[]
  private readonly mu: Float64Array
  private readonly rho: Float64Array
  private readonly before: Float64Array
  private readonly wasWon: Uint8Array
  private readonly squares: Float64Array
  private readonly metric: Float32Array
  private weight: number = scale.most
  private firstSuccess: number | undefined

  constructor(
    private readonly state: AttackState,
    private readonly sample: number,
    private readonly options: Options,
  ) {
    const logits = state.logits(sample)
    this.cotangent = new Float32Array(logits.length)
    this.decisions = decisionsOf(options.loss, logits.length)
    const count = this.decisions.length
    this.mu = new Float64Array(count).fill(1)
    this.rho = new Float64Array(count).fill(0.01)
    this.before = new Float64Array(count)
    this.wasWon = new Uint8Array(count)
    const { length } = rowOf(state.x, sample)
    this.squares = new Float64Array(length)
    this.metric = new Float32Array(length)
  }

  /** Brings multipliers and penalties up to iteration t, and the cotangent to what its logits say. */
  observe(logits: Float32Array, t: number): void {
    const { state, sample, decisions, cotangent } = this
    const succeeds = state.succeeds(logits, sample)
    if (succeeds) this.firstSuccess ??= t
    this.weight /= succeeds ? 1 + scale.rate : 1 - scale.rate
    this.weight = Math.min(Math.max(this.weight, scale.least), scale.most)
    const found = decisions.map((decision) => this.constraintOf(decision, logits))
    const values = Float64Array.from(found, ({ value }) => this.weight * value)
    for (const [i, { isWon }] of found.entries()) if (isWon) this.wasWon[i] = 1
    const limit = this.limitOf(values, t)
    this.tighten(values, limit, t)
    cotangent.fill(0)
    for (const [i, { add }] of found.entries()) {
      const value = float64At(values, i)
      if (value > limit) continue
      add(cotangent, this.weight * this.slopeAt(value, i))
    }
  }

  /** x ← x + prox(δ − λ·∇ / H). */
  step(gradient: Float32Array, t: number): void {
    const { state, sample, squares, metric } = this
    const [x, image] = [rowOf(state.x, sample), rowOf(state.images, sample)]
    const [least, most] = [rowOf(state.bounds.lower, sample), rowOf(state.bounds.upper, sample)]
    const [move, lower, upper] = [x.slice(), least.slice(), most.slice()]
    for (const values of [move, lower, upper]) addScaled(values, values, image, -1)
    const lambda = this.lambdaAt(t)
    scaledDescent(move, gradient, { squares, metric, alpha, count: t + 1, lambda })
    proximalLinf(move, { metric, lambda, lower, upper })
    addScaled(x, image, move, 1)
    clip(x, least, most)
  }

  /** Falls from λ to a tenth of it, from the first success on, at the latest from the middle. */
  private lambdaAt(t: number): number {
    const { steps, learningRate } = this.options
    const from = Math.min(this.firstSuccess ?? Infinity, Math.floor(steps / 2))
    const tangent = Math.max(1, steps - from) / 9
    return (learningRate * tangent) / (Math.max(0, t - from) + tangent)
  }

  /** What the constraints that are left out are above: more and more of those that hold most. */
  private limitOf(values: Float64Array, t: number): number {
    const { steps, share } = this.options
    const left = Math.floor(((1 - share) * values.length * t) / Math.max(1, steps - 1))
    return left === 0 ? Infinity : float64At(values.slice().sort(), values.length - left)
  }

  private tighten(values: Float64Array, limit: number, t: number): void {
    const { mu, rho, before, wasWon } = this
    if (t === 0) before.set(values)
    else if ((t + 1) % checkEvery === 0) {
      for (const [i, value] of values.entries()) {
        const improved = (value <= limit ? value : 0) <= improvement * float64At(before, i)
        if (wasWon[i] === 0 && !improved) rho[i] = growth * float64At(rho, i)
      }
      before.set(values)
      wasWon.fill(0)
    }
    if (t === 0) return
    for (const [i, value] of values.entries()) {
      const slope = value <= limit ? this.slopeAt(value, i) : 0
      const mean = alpha * float64At(mu, i) + (1 - alpha) * slope
      mu[i] = Math.min(Math.max(mean, leastMultiplier), mostMultiplier)
    }
  }

  /** P′ of the paper's P₂: μ + 2μρy + ½ρ²y² from 0 on, μ / (1 − max(1, ρ)·y)² below. */
  private slopeAt(y: number, i: number): number {
    const [mu, rho] = [float64At(this.mu, i), float64At(this.rho, i)]
    return y >= 0 ? mu + 2 * mu * rho * y + (rho * y) ** 2 / 2 : mu / (1 - Math.max(1, rho) * y) ** 2
  }

  private constraintOf(decision: Decision, logits: Float32Array): Constraint {
    const target = rowOf(this.state.deviation.target, this.sample)
    const sign = this.state.targeted ? -1 : 1
    return decision.channels === 1
      ? ofOneOutput(decision, { logits, target, sign, threshold: this.options.loss.threshold })
      : ofClasses(decision, { logits, target, sign })
  }
}

/** A pixel's constraint, which is met below 0, and what adds its gradient by the logits, times a factor. */
interface Constraint {
  readonly value: number
  /** Whether the pixel is decided as the attack wants it. */
  readonly isWon: boolean
  readonly add: (cotangent: Float32Array, factor: number) => void
}

interface Said {
  readonly logits: Float32Array
  readonly target: Float32Array
  /** 1 away from the label, −1 towards what is wanted. */
  readonly sign: number
}

/** How far the output is on its label's side of the threshold. */
function ofOneOutput(
  { first }: Decision,
  { logits, target, sign, threshold = 0.5 }: Said & { readonly threshold?: number | undefined },
): Constraint {
  const side = sign * (float32At(target, first) === 1 ? 1 : -1)
  const difference = side * (float32At(logits, first) - Math.log(threshold / (1 - threshold)))
  return {
    value: difference + slack,
    isWon: difference < 0,
    add: (cotangent, factor) => {
      cotangent[first] = float32At(cotangent, first) + factor * side
    },
  }
}

/** (z_y − max_{k ≠ y} z_k) / (z_π1 − z_π3); of two classes, which have no third, the difference alone. */
function ofClasses({ first, stride, channels }: Decision, { logits, target, sign }: Said): Constraint {
  const places = Array.from({ length: channels }, (_, k) => first + k * stride)
  const falling = places.slice().sort((a, b) => float32At(logits, b) - float32At(logits, a))
  const own = places.find((place) => target[place] === 1) ?? first
  const [best = first, second = first, third] = falling
  const other = best === own ? second : best
  const difference = float32At(logits, own) - float32At(logits, other)
  const held = difference + sign * slack
  const spread = third === undefined ? 1 : Math.max(1e-8, float32At(logits, best) - float32At(logits, third))
  return {
    value: (sign * held) / spread,
    isWon: sign * difference < 0,
    add: (cotangent, factor) => {
      const put = (place: number, amount: number) => {
        cotangent[place] = float32At(cotangent, place) + factor * sign * amount
      }
      put(own, 1 / spread)
      put(other, -1 / spread)
      if (third === undefined) return
      put(best, -held / spread ** 2)
      put(third, held / spread ** 2)
    },
  }
}
