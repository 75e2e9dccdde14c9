import { z } from 'zod'
import { addScaled, clip, distanceL2, distanceLinf, normL1, normL2 } from '../../math/kernels.ts'
import { distanceL1, projectL1 } from '../../math/l1.ts'
import { clippedChange, shrinkTowards, type Box } from '../../math/perturbation.ts'
import type { AttackState, StepTaken, UnnamedMethod } from '../attack.ts'
import { l1Ball, l2Ball, linfBall, type Ball } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { marginObjective } from '../objectives.ts'
import { rowOf } from '../rows.ts'
import { cosineAnnealed, smallestEpsilon, steps } from '../settings.ts'

const source = {
  authors: 'M. Pintor, F. Roli, W. Brendel, B. Biggio',
  title: 'Fast Minimum-norm Adversarial Attacks through Adaptive Norm Constraints',
  venue: 'NeurIPS 2021',
  identifier: 'arXiv:2102.12827',
}

const equation =
  'ε ← ‖δ‖_p + |f| / ‖∇f‖_q until a success, then (1 ∓ γ_t)·ε; x_{t+1} = clip(x + P_ε(δ + α_t·∇f / ‖∇f‖₂)), f the margin'

const common = {
  steps: steps(100, 'The paper takes 100 to 1000.'),
  stepSize: z
    .number()
    .positive()
    .default(1)
    .describe('α: the first step, in intensity ranges; falls to a hundredth by a cosine. As in the paper.'),
  gamma: z
    .number()
    .positive()
    .max(0.9)
    .default(0.05)
    .describe('γ: by how much the budget changes at first; falls to 0.001 by a cosine. As in the paper.'),
}

const linfSettings = z.strictObject({ epsilon: smallestEpsilon('maximum'), ...common })
const l2Settings = z.strictObject({ epsilon: smallestEpsilon('Euclidean'), ...common })
const l1Settings = z.strictObject({ epsilon: smallestEpsilon('L1'), ...common })

type Settings = z.output<typeof l2Settings>

/** What FMN needs of a norm p. */
interface Geometry {
  readonly ball: (epsilon: number) => Ball
  readonly distance: (x: Float32Array, image: Float32Array) => number
  /** ‖·‖_q with 1/p + 1/q = 1 */
  readonly dual: (values: Float32Array) => number
  /** x ← the nearest point within epsilon of the image. */
  readonly project: (x: Float32Array, image: Float32Array, epsilon: number, box: Box) => void
}

const linf: Geometry = {
  ball: linfBall,
  distance: distanceLinf,
  dual: normL1,
  project: (x, image, epsilon) => {
    x.set(clippedChange(x, image, epsilon))
  },
}

const l2: Geometry = {
  ball: l2Ball,
  distance: distanceL2,
  dual: normL2,
  project: (x, image, epsilon) => {
    const reached = distanceL2(x, image)
    if (reached > epsilon) shrinkTowards(x, image, epsilon / reached)
  },
}

const l1: Geometry = {
  ball: l1Ball,
  distance: distanceL1,
  dual: (values) => values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
  project: (x, image, epsilon, box) => {
    projectL1(x, image, box, epsilon)
  },
}

/** Fast Minimum-Norm attacks: Pintor et al., algorithm 1. */
export const fmnLinf = defineMethod({
  name: 'fmn',
  title: 'FMN (Linf)',
  summary:
    'Fast Minimum-Norm: the smallest change of any pixel, by steps within a budget that follows the boundary.',
  equation,
  source,
  access: 'white-box',
  stacks: false,
  settings: linfSettings,
  create: (chosen) => fmn(linf, chosen),
})

export const fmnL2 = defineMethod({
  name: 'fmn-l2',
  title: 'FMN (L2)',
  summary:
    'Fast Minimum-Norm: the smallest Euclidean change, by steps within a budget that follows the boundary.',
  equation,
  source,
  access: 'white-box',
  stacks: false,
  settings: l2Settings,
  create: (chosen) => fmn(l2, chosen),
})

export const fmnL1 = defineMethod({
  name: 'fmn-l1',
  title: 'FMN (L1)',
  summary:
    'Fast Minimum-Norm: the smallest sum of changes, by steps within a budget that follows the boundary.',
  equation,
  source,
  access: 'white-box',
  stacks: false,
  settings: l1Settings,
  create: (chosen) => fmn(l1, chosen),
})

function fmn(geometry: Geometry, chosen: Settings): UnnamedMethod {
  return {
    ball: geometry.ball(chosen.epsilon ?? Infinity),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => followBoundary(state, geometry, chosen),
  }
}

/** One sample's budget. */
interface Budget {
  epsilon: number
  /** The smallest change that has succeeded; Infinity before. */
  smallest: number
}

function followBoundary(
  state: AttackState,
  { distance, dual, project }: Geometry,
  { steps, stepSize, gamma }: Settings,
): () => Promise<StepTaken> {
  const { x, images, box } = state
  const objective = marginObjective(state)
  const budgets = new Map<number, Budget>()
  let t = 0
  return async () => {
    const direction = await objective.gradient() //                                     ∇f
    const at = { t: t++, steps }
    for (const sample of state.active()) {
      const [row, image, g] = [rowOf(x, sample), rowOf(images, sample), direction.of(sample)]
      const own = { lower: rowOf(box.lower, sample), upper: rowOf(box.upper, sample) }
      const logits = state.logits(sample)
      const budget = budgets.get(sample) ?? { epsilon: Infinity, smallest: Infinity }
      budgets.set(sample, budget)
      adapt(budget, {
        reached: distance(row, image),
        isBeyond: state.succeeds(logits, sample),
        gap: (state.requiredMargin(logits, sample) - objective.value(sample, logits)) / dual(g),
        gamma: cosineAnnealed(gamma, 0.001, at),
      })
      const length = normL2(g)
      if (length > 0) addScaled(row, row, g, cosineAnnealed(stepSize, stepSize / 100, at) / length)
      if (Number.isFinite(budget.epsilon)) project(row, image, budget.epsilon, own)
      clip(row, own.lower, own.upper)
    }
    return { direction }
  }
}

interface Reached {
  readonly reached: number
  readonly isBeyond: boolean
  /** How far the boundary is, were it a plane. */
  readonly gap: number
  readonly gamma: number
}

function adapt(budget: Budget, { reached, isBeyond, gap, gamma }: Reached): void {
  if (isBeyond) {
    budget.smallest = Math.min(budget.smallest, reached)
    budget.epsilon = Math.min(budget.epsilon * (1 - gamma), budget.smallest)
    // A little beyond, since the boundary may bend away; the paper goes to the plane itself.
  } else if (budget.smallest === Infinity) budget.epsilon = reached + (1 + gamma) * gap
  else budget.epsilon *= 1 + gamma
}
