import { entry } from '../entry.ts'
import type { AttackState, Rows } from './attack.ts'
import { planeValue, type Hyperplane, decidingPlane, writeNormal } from './decision-boundary.ts'
import type { Notice } from '../errors.ts'
import { extentOf, tensor, type Tensor } from '../tensor/tensor.ts'
import { lossOf } from './likelihood.ts'
import { rowOf } from './rows.ts'

/** What a method raises, where it may be something else than the loss. */
export interface Objective {
  /** Gradient at x_t, which is judged. */
  readonly gradient: () => Promise<Rows>
  /** At logits [K] of a sample. */
  readonly value: (sample: number, logits: Float32Array) => number
}

/** J(f(x), y) itself. */
export function lossObjective(state: AttackState): Objective {
  const { deviation, loss } = state
  return {
    gradient: () => state.evaluate([deviation]),
    value: (sample, logits) => deviation.weight * lossOf(loss, logits, rowOf(deviation.target, sample)),
  }
}

/** How far logits are beyond the goal's planes: the best other class's logit minus the label's. */
export function marginObjective(state: AttackState): Objective {
  return {
    gradient: () => marginGradient(state),
    value: (sample, logits) => decidingPlane(state.boundary(sample), logits).margin,
  }
}

/**
 * One pass for heads whose margin the model's port knows, or which have but one plane; else the plane has to
 * be found first.
 */
async function marginGradient(state: AttackState): Promise<Rows> {
  if (state.loss === 'cross-entropy') return state.evaluate([state.deviation], 'margin')
  if (state.active().every((sample) => state.boundary(sample).planes.length === 1))
    return planeGradient(
      state,
      planeWeights(state, (sample) => state.boundary(sample).planes[0]),
    )
  await state.evaluateLogits()
  const deciding = (sample: number) => {
    const planes = state.boundary(sample)
    return planes.planes[decidingPlane(planes, state.logits(sample)).index]
  }
  const { gradient } = await state.gradientAt(
    state.x,
    [{ target: planeWeights(state, deciding), weight: 1 }],
    'dot',
  )
  for (const sample of state.active()) state.freeze(gradient.of(sample), sample)
  return gradient
}

/**
 * Objective of the plane that a restart has chosen for each sample; a class's, for classes that exclude each
 * other.
 */
export function planeObjective(state: AttackState, planeOf: (sample: number) => Hyperplane): Objective {
  return {
    gradient: () => planeGradient(state, planeWeights(state, planeOf)),
    value: (sample, logits) => planeValue(planeOf(sample), logits),
  }
}

async function planeGradient(state: AttackState, target: Tensor): Promise<Rows> {
  return state.evaluate([{ target, weight: 1 }], 'dot')
}

/** [N, K]; zeros for samples that are not at work. */
function planeWeights(state: AttackState, planeOf: (sample: number) => Hyperplane | undefined): Tensor {
  const weights = tensor(state.deviation.target.shape)
  for (const sample of state.active()) {
    const plane = planeOf(sample)
    if (plane !== undefined) writeNormal(rowOf(weights, sample), plane)
  }
  return weights
}

/**
 * The difference of logits ratio: Croce and Hein 2020, arXiv 2003.01690. With too few classes, and towards a
 * wanted one, the margin instead, said aloud: below zero the ratio also rises when the other logits spread,
 * which brings the wanted class no nearer.
 */
export function dlrObjective(state: AttackState): Objective {
  if (state.targeted || !hasClasses(state, 3)) {
    state.notify(state.targeted ? wantedClass : tooFewClasses(3))
    return marginObjective(state)
  }
  const { deviation } = state
  return {
    gradient: () => state.evaluate([deviation], 'dlr'),
    value: (sample, logits) => deviation.weight * dlr(logits, rowOf(deviation.target, sample)),
  }
}

/** The targeted one, towards the plane that a restart has chosen for each sample. */
export function targetedDlrObjective(state: AttackState, planeOf: (sample: number) => Hyperplane): Objective {
  if (!hasClasses(state, 4)) {
    state.notify(tooFewClasses(4))
    return planeObjective(state, planeOf)
  }
  return {
    gradient: () => state.evaluate([{ target: planeWeights(state, planeOf), weight: 1 }], 'targeted-dlr'),
    value: (sample, logits) => targetedDlr(logits, planeOf(sample)),
  }
}

const wantedClass: Notice = {
  message:
    'Towards a wanted class the margin of logits was raised instead of the difference of logits ratio.',
  tip: 'Without a target the ratio is raised.',
}

function hasClasses({ loss, deviation }: AttackState, least: number): boolean {
  return loss === 'cross-entropy' && extentOf(deviation.target.shape, 1) >= least
}

function tooFewClasses(least: number): Notice {
  return {
    message: `The difference of logits ratio needs at least ${least} classes that exclude each other; the margin of logits was raised instead.`,
    tip: 'The margin is not rescaled, so step sizes count, and a scaled model may hide its gradient.',
  }
}

/** (max_{i≠y} z_i − z_y) / (z_π1 − z_π3) */
function dlr(logits: Float32Array, target: Float32Array): number {
  const [first = NaN, , third = -3e38] = distinctSorted(logits)
  const label = target.indexOf(1)
  const best = logits.reduce((largest, z, k) => (k === label ? largest : Math.max(largest, z)), -Infinity)
  return (best - entry(logits, label)) / Math.max(first - third, 1e-12)
}

/** (z_t − z_y) / (z_π1 − (z_π3 + z_π4) / 2) */
function targetedDlr(logits: Float32Array, plane: Hyperplane): number {
  const [first = NaN, , third = -3e38, fourth = -3e38] = distinctSorted(logits)
  return planeValue(plane, logits) / Math.max(first - (third + fourth) / 2, 1e-12)
}

function distinctSorted(logits: Float32Array): number[] {
  return [...new Set(logits)].sort((a, b) => b - a)
}

/** For each sample the plane that is `restart`-th at the clean image: its most likely other class first. */
export function rankedPlanes(state: AttackState) {
  const chosen = new Map<number, Hyperplane>()
  return {
    planeOf: (sample: number): Hyperplane => chosen.get(sample) ?? { terms: [], offset: NaN },
    /** Once, before the first step. */
    find: async () => {
      if (chosen.size > 0) return
      const logits = await state.predict(state.images)
      for (const sample of state.active()) {
        const { planes } = state.boundary(sample)
        const order = [...planes].sort(
          (a, b) => planeValue(b, logits.of(sample)) - planeValue(a, logits.of(sample)),
        )
        // A sample with fewer planes than others goes for its last again.
        const plane = order[Math.min(state.restart, order.length - 1)]
        if (plane !== undefined) chosen.set(sample, plane)
      }
    },
  }
}
