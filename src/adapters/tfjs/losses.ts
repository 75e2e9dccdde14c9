import { boxRows } from '../../core/tasks/detection/losses.ts'
import { lossParts } from '../../core/model/loss-parts.ts'
import type { LossKind, LossSpec, LossTerm } from '../../core/model/ports.ts'
import { extentOf, sizeOf } from '../../core/tensor/tensor.ts'
import { tf } from './tensorflow.ts'

/** J(z, t) of each sample [N], of logits and target [N, K, ...]. */
type TfjsLoss = (z: tf.Tensor, target: tf.Tensor) => tf.Tensor

/** Keeps the Dice score of a class that is nowhere defined: 1. */
const diceSmoothing = 1e-6

/** The losses of core/model/ports.ts in operations of TensorFlow.js. */
const losses = {
  'cross-entropy': (z, t) => tf.div(tf.neg(perSample(tf.mul(t, overClasses(z, tf.logSoftmax)))), pixelsOf(z)),
  'binary-cross-entropy': (z, t) => meanPerSample(tf.sub(tf.softplus(z), tf.mul(t, z))),
  mse: (z, t) => meanPerSample(tf.square(tf.sub(z, t))),
  huber: (z, t) => {
    const difference = tf.sub(z, t)
    const clipped = tf.clipByValue(difference, -1, 1)
    // As constants, c·d − c²/2 has the derivative c that it should.
    const c = constant(clipped)
    return meanPerSample(tf.sub(tf.mul(c, difference), tf.div(tf.square(c), 2)))
  },
  margin: (z, t) => tf.div(perSample(marginOf(z, t)), pixelsOf(z)),
  dlr: (z, t) => {
    const [first, , third] = largestDistinct(z, 3)
    return perSample(ratio(marginOf(z, t), tf.sub(first ?? z, third ?? z)))
  },
  'targeted-dlr': (z, t) => {
    const [first, , third, fourth] = largestDistinct(z, 4)
    const spread = tf.sub(first ?? z, tf.mul(tf.add(third ?? z, fourth ?? z), 0.5))
    return perSample(ratio(tf.sum(tf.mul(z, t), 1, true), spread))
  },
  dice: (z, t) => diceLoss(z.shape[1] === 1 ? tf.sigmoid(z) : overClasses(z, tf.softmax), t),
  'binary-dice': (z, t) => diceLoss(tf.sigmoid(z), t),
  'anchor-cross-entropy': (z, t) =>
    tf.neg(overAnchors(t, (of) => tf.mul(of(t), overClasses(of(z), tf.logSoftmax)))),
  'anchor-binary-cross-entropy': (z, t) =>
    overAnchors(t, (of) =>
      tf.div(tf.sub(tf.softplus(of(z)), tf.mul(of(t), of(z))), extentOf(of(z).shape, 1)),
    ),
  dot: (z, t) => perSample(tf.mul(z, t)),
} satisfies Record<LossKind, TfjsLoss>

/** Below every logit. */
const nowhere = -3e38

/** The best other class's logit minus that of the target's class, [N, 1, ...]. */
function marginOf(z: tf.Tensor, t: tf.Tensor): tf.Tensor {
  return tf.sub(tf.max(without(z, tf.greater(t, 0.5)), 1, true), tf.sum(tf.mul(z, t), 1, true))
}

function without(z: tf.Tensor, where: tf.Tensor): tf.Tensor {
  return tf.where(where, tf.fill(z.shape, nowhere), z)
}

/** The `count` largest distinct logits, [N, 1] each, the largest first. */
function largestDistinct(z: tf.Tensor, count: number): tf.Tensor[] {
  const found: tf.Tensor[] = []
  let rest = z
  for (let rank = 0; rank < count; rank++) {
    const next = tf.max(rest, 1, true)
    found.push(next)
    rest = without(rest, constant(tf.equal(rest, next)))
  }
  return found
}

/** Nothing flows back through it: a comparison has no gradient. */
function constant(x: tf.Tensor): tf.Tensor {
  return tf.tensor(x.dataSync(), x.shape, x.dtype)
}

/** a / b, b at least 1e-12. */
function ratio(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.div(a, tf.maximum(b, 1e-12))
}

/** Σ weight · J(z, target) of each sample, [N]. */
export function weightedLoss(z: tf.Tensor, { kind, terms }: LossSpec): tf.Tensor {
  const parts = terms.map(({ target, weight }: LossTerm) => {
    const t = tf.tensor(target.data, [...target.shape])
    const ofTarget = lossParts(kind).map((part) => tf.mul(losses[part.kind](z, t), part.weight))
    return tf.mul(tf.addN(ofTarget), weight)
  })
  return tf.addN(parts)
}

function diceLoss(p: tf.Tensor, t: tf.Tensor): tf.Tensor {
  const pixels = [...p.shape.keys()].slice(2)
  const shared = tf.add(tf.mul(tf.sum(tf.mul(p, t), pixels), 2), diceSmoothing)
  const score = tf.div(shared, tf.add(tf.sum(tf.add(p, t), pixels), diceSmoothing))
  return tf.sub(1, tf.mean(score, 1))
}

/** Σ over anchors of row 0 of the target times the losses of rows 4 and on, the scores. */
function overAnchors(t: tf.Tensor, losses: (of: (rows: tf.Tensor) => tf.Tensor) => tf.Tensor): tf.Tensor {
  const [count, rows, anchors] = [extentOf(t.shape, 0), extentOf(t.shape, 1), extentOf(t.shape, 2)]
  const weight = tf.slice(t, [0, 0, 0], [count, 1, anchors])
  const scores = (of: tf.Tensor) => tf.slice(of, [0, boxRows, 0], [count, rows - boxRows, anchors])
  return perSample(tf.mul(weight, losses(scores)))
}

/** TensorFlow.js takes softmax over the last axis only. */
function overClasses(z: tf.Tensor, of: (x: tf.Tensor, axis: number) => tf.Tensor): tf.Tensor {
  if (z.rank === 2) return of(z, -1)
  const axes = [...z.shape.keys()]
  const last = tf.transpose(z, [0, ...axes.slice(2), 1])
  return tf.transpose(of(last, -1), [0, z.rank - 1, ...axes.slice(1, -1)])
}

function perSample(values: tf.Tensor): tf.Tensor {
  return tf.sum(values, [...values.shape.keys()].slice(1))
}

function meanPerSample(values: tf.Tensor): tf.Tensor {
  return tf.mean(values, [...values.shape.keys()].slice(1))
}

function pixelsOf({ shape }: tf.Tensor): number {
  return sizeOf(shape.slice(2))
}
