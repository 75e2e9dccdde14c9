import { z } from 'zod'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { checkpointsOf, StepSchedule } from '../apgd-schedule.ts'
import type { UnnamedMethod, StepTaken, AttackState } from '../attack.ts'
import { l2Ball, linfBall, type Ball } from '../balls.ts'
import { addScaled, advance, normL2, scaleBy, toScaledSign } from '../../math/kernels.ts'
import { leanToLastMove } from '../../math/perturbation.ts'
import { defineMethod } from '../method-entry.ts'
import {
  dlrObjective,
  lossObjective,
  targetedDlrObjective,
  type Objective,
  rankedPlanes,
} from '../objectives.ts'
import { rowOf } from '../rows.ts'
import { epsilon, epsilonL2, randomStart, restarts, steps, targetClasses } from '../settings.ts'

export const autoAttackSource = {
  authors: 'F. Croce, M. Hein',
  title: 'Reliable Evaluation of Adversarial Robustness with an Ensemble of Diverse Parameter-free Attacks',
  venue: 'ICML 2020',
  identifier: 'arXiv:2003.01690',
}

const equation =
  'z = P(x_t + η·∇f(x_t)); x_{t+1} = P(x_t + 0.75·(z − x_t) + 0.25·(x_t − x_{t−1})); at checkpoints η/2 and x_max where progress stalls; η_0 = 2·ε'

/** Iterations of the authors' evaluation. */
const iterations = steps(100, 'As in the paper.')
const common = { steps: iterations, restarts, randomStart: randomStart(true) }

const [linf, l2] = [z.strictObject({ epsilon, ...common }), z.strictObject({ epsilon: epsilonL2, ...common })]
const [linfTargeted, l2Targeted] = [
  z.strictObject({ epsilon, steps: iterations, targetClasses, randomStart: randomStart(true) }),
  z.strictObject({ epsilon: epsilonL2, steps: iterations, targetClasses, randomStart: randomStart(true) }),
]

type Common = Pick<z.output<typeof linf>, 'steps' | 'restarts' | 'randomStart'>
type Targeted = Pick<z.output<typeof linfTargeted>, 'steps' | 'targetClasses' | 'randomStart'>

export const apgdCe = defineMethod({
  name: 'apgd-ce',
  title: 'APGD-CE (Linf)',
  summary: 'Auto-PGD on the loss: gradient ascent with momentum that chooses its own step sizes.',
  equation: `f = J(f(x), y); ${equation}`,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  settings: linf,
  create: (chosen) => apgd(linfBall(chosen.epsilon), chosen, lossObjective),
})

export const apgdCeL2 = defineMethod({
  name: 'apgd-ce-l2',
  title: 'APGD-CE (L2)',
  summary:
    'Auto-PGD on the loss within a Euclidean budget: gradient ascent with momentum that chooses its own step sizes.',
  equation: `f = J(f(x), y); ${equation}`,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  settings: l2,
  create: (chosen) => apgd(l2Ball(chosen.epsilon), chosen, lossObjective),
})

export const apgdDlr = defineMethod({
  name: 'apgd-dlr',
  title: 'APGD-DLR (Linf)',
  summary: 'Auto-PGD on the difference of logits ratio, which scaling a model’s logits does not change.',
  equation: `f = −(z_y − max_{i≠y} z_i) / (z_π1 − z_π3); ${equation}`,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  settings: linf,
  create: (chosen) => apgd(linfBall(chosen.epsilon), chosen, dlrObjective),
})

export const apgdDlrL2 = defineMethod({
  name: 'apgd-dlr-l2',
  title: 'APGD-DLR (L2)',
  summary: 'Auto-PGD on the difference of logits ratio within a Euclidean budget.',
  equation: `f = −(z_y − max_{i≠y} z_i) / (z_π1 − z_π3); ${equation}`,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  settings: l2,
  create: (chosen) => apgd(l2Ball(chosen.epsilon), chosen, dlrObjective),
})

const targetedSummary =
  'towards other classes one after the other, on the targeted difference of logits ratio'

export const apgdT = defineMethod({
  name: 'apgd-t',
  title: 'APGD-T (Linf)',
  summary: `Auto-PGD ${targetedSummary}.`,
  equation: `f = −(z_y − z_t) / (z_π1 − (z_π3 + z_π4) / 2); ${equation}`,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  settings: linfTargeted,
  create: (chosen) => targetedApgd(linfBall(chosen.epsilon), chosen),
})

export const apgdTL2 = defineMethod({
  name: 'apgd-t-l2',
  title: 'APGD-T (L2)',
  summary: `Auto-PGD ${targetedSummary}, within a Euclidean budget.`,
  equation: `f = −(z_y − z_t) / (z_π1 − (z_π3 + z_π4) / 2); ${equation}`,
  source: autoAttackSource,
  access: 'white-box',
  stacks: false,
  settings: l2Targeted,
  create: (chosen) => targetedApgd(l2Ball(chosen.epsilon), chosen),
})

function apgd(
  ball: Ball,
  { steps, restarts, randomStart }: Common,
  objectiveOf: (state: AttackState) => Objective,
): UnnamedMethod {
  return {
    ball,
    steps,
    randomStart,
    keeps: 'strongest',
    restarts: randomStart ? restarts : 1,
    begin: (state) => autoPgd(state, { ball, steps, objective: objectiveOf(state) }),
  }
}

/**
 * With a class that is wanted there is nothing to choose: it is APGD-DLR towards that, which raises the
 * margin.
 */
function targetedApgd(ball: Ball, { steps, targetClasses, randomStart }: Targeted): UnnamedMethod {
  return {
    ball,
    steps,
    randomStart,
    keeps: 'strongest',
    restarts: ({ choices }) => Math.min(targetClasses, choices),
    begin: (state) => {
      const ranked = state.targeted ? undefined : rankedPlanes(state)
      const objective =
        ranked === undefined ? dlrObjective(state) : targetedDlrObjective(state, ranked.planeOf)
      const iterate = autoPgd(state, { ball, steps, objective })
      return async () => {
        await ranked?.find()
        return iterate()
      }
    },
  }
}

interface AutoPgd {
  readonly ball: Ball
  readonly steps: number
  readonly objective: Objective
}

/**
 * Algorithm 1 of Croce and Hein 2020; x_max and its gradient are kept, so that going back costs no pass
 * through the model.
 */
function autoPgd(state: AttackState, { ball, steps, objective }: AutoPgd): () => Promise<StepTaken> {
  const { x } = state
  const checkpoints = checkpointsOf(steps)
  const schedules = new Map<number, StepSchedule>()
  const best = { x: tensor(x.shape), gradient: tensor(x.shape) }
  const move = momentumStep(state, ball)
  state.rankBy(objective.value) //                                                              x_max

  return async () => {
    const gradient = await objective.gradient() //                                            ∇f(x_t)
    for (const sample of state.active()) {
      const [row, g] = [rowOf(x, sample), gradient.of(sample)]
      const schedule = schedules.get(sample) ?? new StepSchedule(2 * ball.epsilon, checkpoints) // η_0 = 2·ε
      schedules.set(sample, schedule)
      const { improved, halved } = schedule.observe(objective.value(sample, state.logits(sample)))
      if (improved) keep(best, sample, row, g) //                                             x_max ← x_t
      if (halved) goBack(best, sample, row, g) //                                             x_t ← x_max
      move(sample, g, schedule.size)
    }
    return { direction: gradient }
  }
}

interface BestPoint {
  readonly x: Tensor
  readonly gradient: Tensor
}

function keep(best: BestPoint, sample: number, x: Float32Array, gradient: Float32Array): void {
  rowOf(best.x, sample).set(x)
  rowOf(best.gradient, sample).set(gradient)
}

function goBack(best: BestPoint, sample: number, x: Float32Array, gradient: Float32Array): void {
  x.set(rowOf(best.x, sample))
  gradient.set(rowOf(best.gradient, sample))
}

/**
 * The momentum step: x_{t+1} = P(x_t + α·(z − x_t) + (1 − α)·(x_t − x_{t−1})), z = P(x_t + η·g); α is 1 in
 * the first step, then 0.75.
 */
export function momentumStep(state: Pick<AttackState, 'x' | 'images' | 'box'>, ball: Ball) {
  const { x, images, box } = state
  const previous = new Map<number, Float32Array>()
  return (sample: number, gradient: Float32Array, size: number): void => {
    const [row, image, lower, upper] = [
      rowOf(x, sample),
      rowOf(images, sample),
      rowOf(box.lower, sample),
      rowOf(box.upper, sample),
    ]
    const before = previous.get(sample)
    const current = row.slice()
    toStep(gradient, ball, size)
    advance(row, gradient, lower, upper)
    ball.project(row, image) //                                                               z
    if (before !== undefined) {
      leanToLastMove(gradient, row, current, before)
      row.set(current)
      advance(row, gradient, lower, upper)
      ball.project(row, image)
    }
    previous.set(sample, current)
    addScaled(gradient, row, current, -1) //                                                  what was moved, to be watched
  }
}

/** η·sign(g), or η·g / ‖g‖₂. */
function toStep(gradient: Float32Array, { norm }: Ball, size: number): void {
  if (norm === 'Linf') toScaledSign(gradient, size)
  else {
    const length = normL2(gradient)
    if (length > 0) scaleBy(gradient, size / length)
  }
}
