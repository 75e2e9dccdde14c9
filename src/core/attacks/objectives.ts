import type { Notice } from '../errors.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import type { Rows, Walk } from './attack.ts'
import { decidingFace, faceValue, writeFace, type Face } from './faces.ts'
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
export function lossObjective(walk: Walk): Objective {
  const { deviation, loss } = walk
  return {
    gradient: () => walk.evaluate([deviation]),
    value: (sample, logits) => deviation.weight * lossOf(loss, logits, rowOf(deviation.target, sample)),
  }
}

/** How far logits are beyond the goal's planes: the best other class's logit minus the label's. */
export function marginObjective(walk: Walk): Objective {
  return {
    gradient: () => marginGradient(walk),
    value: (sample, logits) => decidingFace(walk.faces(sample), logits).margin,
  }
}

/**
 * One pass for heads whose margin the model's port knows, or which have but one plane; else the plane has to
 * be found first.
 */
async function marginGradient(walk: Walk): Promise<Rows> {
  if (walk.loss === 'cross-entropy') return walk.evaluate([walk.deviation], 'margin')
  if (walk.active().every((sample) => walk.faces(sample).faces.length === 1))
    return faceGradient(
      walk,
      faceWeights(walk, (sample) => walk.faces(sample).faces[0]),
    )
  await walk.look()
  const deciding = (sample: number) => {
    const faces = walk.faces(sample)
    return faces.faces[decidingFace(faces, walk.logits(sample)).index]
  }
  const { gradient } = await walk.gradientAt(
    walk.x,
    [{ target: faceWeights(walk, deciding), weight: 1 }],
    'dot',
  )
  for (const sample of walk.active()) walk.freeze(gradient.of(sample), sample)
  return gradient
}

/**
 * Objective of the face that a restart has chosen for each sample; a class's, for classes that exclude each
 * other.
 */
export function faceObjective(walk: Walk, faceOf: (sample: number) => Face): Objective {
  return {
    gradient: () => faceGradient(walk, faceWeights(walk, faceOf)),
    value: (sample, logits) => faceValue(faceOf(sample), logits),
  }
}

async function faceGradient(walk: Walk, target: Tensor): Promise<Rows> {
  return walk.evaluate([{ target, weight: 1 }], 'dot')
}

/** [N, K]; zeros for samples that are not at work. */
function faceWeights(walk: Walk, faceOf: (sample: number) => Face | undefined): Tensor {
  const weights = tensor(walk.deviation.target.shape)
  for (const sample of walk.active()) {
    const face = faceOf(sample)
    if (face !== undefined) writeFace(rowOf(weights, sample), face)
  }
  return weights
}

/**
 * The difference of logits ratio: Croce and Hein 2020, arXiv 2003.01690. With too few classes, and towards a
 * wanted one, the margin instead, said aloud: below zero the ratio also rises when the other logits spread,
 * which brings the wanted class no nearer.
 */
export function dlrObjective(walk: Walk): Objective {
  if (walk.targeted || !hasClasses(walk, 3)) {
    walk.tell(walk.targeted ? wantedClass : tooFewClasses(3))
    return marginObjective(walk)
  }
  const { deviation } = walk
  return {
    gradient: () => walk.evaluate([deviation], 'dlr'),
    value: (sample, logits) => deviation.weight * dlr(logits, rowOf(deviation.target, sample)),
  }
}

/** The targeted one, towards the face that a restart has chosen for each sample. */
export function targetedDlrObjective(walk: Walk, faceOf: (sample: number) => Face): Objective {
  if (!hasClasses(walk, 4)) {
    walk.tell(tooFewClasses(4))
    return faceObjective(walk, faceOf)
  }
  return {
    gradient: () => walk.evaluate([{ target: faceWeights(walk, faceOf), weight: 1 }], 'targeted-dlr'),
    value: (sample, logits) => targetedDlr(logits, faceOf(sample)),
  }
}

const wantedClass: Notice = {
  message:
    'Towards a wanted class the margin of logits was raised instead of the difference of logits ratio.',
  tip: 'Without a target the ratio is raised.',
}

function hasClasses({ loss, deviation }: Walk, least: number): boolean {
  return loss === 'cross-entropy' && (deviation.target.shape[1] ?? 0) >= least
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
  return (best - (logits[label] ?? NaN)) / Math.max(first - third, 1e-12)
}

/** (z_t − z_y) / (z_π1 − (z_π3 + z_π4) / 2) */
function targetedDlr(logits: Float32Array, face: Face): number {
  const [first = NaN, , third = -3e38, fourth = -3e38] = distinctSorted(logits)
  return faceValue(face, logits) / Math.max(first - (third + fourth) / 2, 1e-12)
}

function distinctSorted(logits: Float32Array): number[] {
  return [...new Set(logits)].sort((a, b) => b - a)
}
