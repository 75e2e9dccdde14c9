import { z } from 'zod'
import { tensor } from '../../tensor/tensor.ts'
import type { UnnamedMethod, StepTaken, AttackState } from '../attack.ts'
import { l2Ball, linfBall, type Ball } from '../balls.ts'
import { accumulate, addScaled, clip, stretch } from '../../math/kernels.ts'
import { decidingPlane } from '../decision-boundary.ts'
import { defineMethod } from '../method-entry.ts'
import { planeObjective, marginObjective, type Objective, rankedPlanes } from '../objectives.ts'
import { planeProjector } from '../../math/plane-projection.ts'
import { rowOf } from '../rows.ts'
import { smallestEpsilon, steps, targetClasses } from '../settings.ts'
import { inner } from '../../math/perturbation.ts'

const source = {
  authors: 'F. Croce, M. Hein',
  title: 'Minimally Distorted Adversarial Examples with a Fast Adaptive Boundary Attack',
  venue: 'ICML 2020',
  identifier: 'arXiv:1907.02044',
}

const common = {
  steps: steps(100, 'As in the paper.'),
  targetClasses,
  largestBias: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('α_max: the most that a step leans to the original. As in the paper.'),
  overshoot: z.number().min(1).default(1.05).describe('η: how far beyond the plane. As in the paper.'),
  backward: z
    .number()
    .positive()
    .max(1)
    .default(0.9)
    .describe('β: what is left of the change after it has succeeded. As in the paper.'),
}

const linf = z.strictObject({ epsilon: smallestEpsilon('largest-pixel'), ...common })
const l2 = z.strictObject({ epsilon: smallestEpsilon('Euclidean'), ...common })

type Settings = Omit<z.output<typeof linf>, 'epsilon'>

const equation =
  'x_{t+1} = clip((1 − α)·(x_t + η·δ_t) + α·(x + η·δ)), δ_t and δ the smallest steps from x_t and from x to the plane of z_s = z_y; α = min(‖δ_t‖ / (‖δ_t‖ + ‖δ‖), α_max)'

export const fabT = defineMethod({
  name: 'fab-t',
  title: 'FAB-T (Linf)',
  summary:
    'Fast Adaptive Boundary attack, targeted: the smallest change of any pixel towards each of the most likely classes.',
  equation,
  source,
  access: 'white-box',
  stacks: false,
  settings: linf,
  create: ({ epsilon = Infinity, ...chosen }) => fab(linfBall(epsilon), 'Linf', chosen),
})

export const fabTL2 = defineMethod({
  name: 'fab-t-l2',
  title: 'FAB-T (L2)',
  summary:
    'Fast Adaptive Boundary attack, targeted: the smallest Euclidean change towards each of the most likely classes.',
  equation,
  source,
  access: 'white-box',
  stacks: false,
  settings: l2,
  create: ({ epsilon = Infinity, ...chosen }) => fab(l2Ball(epsilon), 'L2', chosen),
})

function fab(ball: Ball, norm: 'Linf' | 'L2', chosen: Settings): UnnamedMethod {
  return {
    ball,
    steps: chosen.steps,
    randomStart: false,
    keeps: 'smallest',
    restarts: ({ choices }) => Math.min(chosen.targetClasses, choices),
    begin: (state) => boundarySteps(state, ball, norm, chosen),
  }
}

/** Algorithm 1 towards one plane; where all planes have to be passed, the one that is farthest. */
function boundarySteps(
  state: AttackState,
  ball: Ball,
  norm: 'Linf' | 'L2',
  chosen: Settings,
): () => Promise<StepTaken> {
  const { x, images, box } = state
  const ranked = state.targeted ? undefined : rankedPlanes(state)
  const objective = ranked === undefined ? marginObjective(state) : planeObjective(state, ranked.planeOf)
  const found = new SmallestFound(state, ball)
  const moved = tensor(x.shape)
  const nothing = new Float32Array(rowOf(x, 0).length)
  const [stepFromPoint, stepFromImage] = [
    planeProjector(nothing.length, norm),
    planeProjector(nothing.length, norm),
  ]
  let iteration = 0

  return async () => {
    await ranked?.find()
    const gradient = await objective.gradient() //                                       ∇(z_s − z_y) at x_t
    for (const sample of state.active()) {
      const [row, image] = [rowOf(x, sample), rowOf(images, sample)]
      const own = { lower: rowOf(box.lower, sample), upper: rowOf(box.upper, sample) }
      const normal = gradient.of(sample)
      const value = objective.value(sample, state.logits(sample))
      const step = stepFromPoint(row, { normal, gap: -value }, own) //                   δ_t
      const back = stepFromImage(image, { normal, gap: -value - inner(normal, image, row) }, own) // δ
      const alpha = bias(ball.distance(step, nothing), ball.distance(back, nothing), chosen.largestBias)
      rowOf(moved, sample).set(row)
      addScaled(row, row, step, chosen.overshoot)
      addScaled(back, image, back, chosen.overshoot)
      accumulate(row, 1 - alpha, back, alpha)
      clip(row, own.lower, own.upper) //                                                 x_{t+1}
    }
    const logits = await state.predict(x)
    for (const sample of state.active()) {
      const [row, z] = [rowOf(x, sample), logits.of(sample)]
      if (state.succeeds(z, sample)) found.note(sample, row, z)
      if (isBeyond(state, sample, z) || isTie(objective.value(sample, z), z))
        accumulate(row, chosen.backward, rowOf(images, sample), 1 - chosen.backward) //    backward step
    }
    if (++iteration === chosen.steps) await found.searchLine(objective)
    for (const sample of state.active())
      addScaled(rowOf(moved, sample), rowOf(x, sample), rowOf(moved, sample), -1)
    return { direction: { of: (sample) => rowOf(moved, sample) } }
  }
}

/** α, of ‖δ_t‖ and ‖δ‖: how far a step leans to the original. */
function bias(near: number, far: number, largest: number): number {
  return near + far > 0 ? Math.min(near / (near + far), largest) : 0
}

/** The paper's decision, that of the class alone; what is handed over has a margin beside. */
function isBeyond(state: AttackState, sample: number, logits: Float32Array): boolean {
  return decidingPlane(state.boundary(sample), logits).margin > 0
}

/**
 * On the plane, but for rounding. From beyond it (f(x_t) > 0, α below α_max) the overshoots of both steps
 * cancel: (1 − α)·(1 − η)·f(x_t) + α·(1 − η)·f(x) = 0, since α = ‖δ_t‖ / (‖δ_t‖ + ‖δ‖). Rounding would then
 * decide whether the iterate moves on or stands still for good.
 */
function isTie(value: number, logits: Float32Array): boolean {
  return Math.abs(value) <= 1e-5 * logits.reduce((largest, z) => Math.max(largest, Math.abs(z)), 0)
}

interface Found {
  readonly point: Float32Array
  readonly logits: Float32Array
  readonly distance: number
}

/** x_out of each sample, and the paper's final search. */
class SmallestFound {
  private readonly kept = new Map<number, Found>()

  constructor(
    private readonly state: AttackState,
    private readonly ball: Ball,
  ) {}

  note(sample: number, point: Float32Array, logits: Float32Array): void {
    this.state.offerCandidate(sample, point, logits)
    const distance = this.ball.distance(point, rowOf(this.state.images, sample))
    if (distance < (this.kept.get(sample)?.distance ?? Infinity))
      this.kept.set(sample, { point: point.slice(), logits: logits.slice(), distance })
  }

  /**
   * Three times to where the line from the original to x_out would have passed the boundary by the margin
   * that success takes, if the logits were linear on it. Where that falls short of it, a hundredth of what is
   * left lies beyond.
   */
  async searchLine(objective: Objective): Promise<void> {
    const { state } = this
    const points = tensor(state.x.shape)
    const clean = await state.predict(state.images)
    const start = new Map(
      state
        .active()
        .map((sample) => [sample, { point: rowOf(state.images, sample), logits: clean.of(sample) }]),
    )
    for (let round = 0; round < 4; round++) {
      for (const sample of state.active()) {
        const [from, to] = [start.get(sample), this.kept.get(sample)]
        if (from === undefined || to === undefined) continue
        const [low, high] = [objective.value(sample, from.logits), objective.value(sample, to.logits)]
        const aim = state.requiredMargin(to.logits, sample)
        const share = round === 3 ? 0.01 : low < aim && high > aim ? (aim - low) / (high - low) : 1
        rowOf(points, sample).set(stretch(to.point, from.point, share))
      }
      const logits = await state.predict(points)
      for (const sample of state.active()) {
        if (!this.kept.has(sample)) continue
        const point = rowOf(points, sample)
        if (state.succeeds(logits.of(sample), sample)) this.note(sample, point, logits.of(sample))
        else start.set(sample, { point: point.slice(), logits: logits.of(sample).slice() })
      }
    }
  }
}
