import {
  binaryCrossEntropyAt,
  binaryDivergenceAt,
  crossEntropyAt,
  divergenceAt,
  writeWeights,
} from '../../math/dense.ts'
import { denseHardened, denseProbabilities, type DenseLoss } from '../segmentation/losses.ts'
import type { DetectionOutput } from './output.ts'

/** How many rows of a detector's logits [4 + K, A] hold boxes; the scores of K classes follow. */
export const boxRows = 4

/**
 * The loss of a detector's scores. One sample's values are [4 + K, A]: of logits, four numbers of each
 * anchor's box and its K scores; of targets, the anchor's weight in row 0, nothing in rows 1 to 3, and what
 * its scores should be. The weights of a target add up to 1, so that the loss is a mean over the anchors that
 * count.
 */
export interface AnchorLoss {
  readonly kind: 'anchor-cross-entropy' | 'anchor-binary-cross-entropy'
  /** K. */
  readonly classes: number
  /** The class of what is nothing, of a softmax; undefined for sigmoids. */
  readonly background: number | undefined
  /** From which score there is a box. */
  readonly threshold: number
}

/** Whether a loss is a detector's. */
export function isOfAnchors(loss: object | string): loss is AnchorLoss {
  return typeof loss === 'object' && 'background' in loss
}

/** J of a detector's head. */
export function anchorLossOfHead(head: DetectionOutput): AnchorLoss {
  const shared = { classes: head.classes.length, threshold: head.threshold }
  return head.activation === 'softmax'
    ? { ...shared, kind: 'anchor-cross-entropy', background: head.classes.indexOf(head.background) }
    : { ...shared, kind: 'anchor-binary-cross-entropy', background: undefined }
}

/**
 * f(x) of one sample as a target: scores as probabilities, each anchor weighing as much as the most likely of
 * its objects, so that what the prediction itself takes for boxes counts.
 */
export function anchorProbabilities(loss: AnchorLoss, logits: Float32Array): Float32Array {
  const p = new Float32Array(logits.length)
  const count = anchorsIn(loss, logits)
  const scores = p.subarray(boxRows * count)
  scores.set(denseProbabilities(asDense(loss), logits.subarray(boxRows * count)))
  writeWeights(p.subarray(0, count), scores, loss.background)
  return p
}

/** An anchor's scores are to it what a pixel's channels are to a segmentation. */
function asDense({ kind, classes }: AnchorLoss): DenseLoss {
  return kind === 'anchor-cross-entropy'
    ? { kind: 'cross-entropy', activation: 'softmax', channels: classes }
    : { kind: 'binary-cross-entropy', activation: 'sigmoid', channels: classes }
}

/** The nearest certain prediction of each anchor, weighing what it did. */
export function anchorHardened(loss: AnchorLoss, p: Float32Array): Float32Array {
  const hard = p.slice()
  const first = boxRows * anchorsIn(loss, p)
  hard.set(denseHardened(asDense(loss), p.subarray(first)), first)
  return hard
}

/**
 * J(f(x), target) of one sample: Σ over anchors of weight · (binary) cross-entropy, the latter averaged over
 * classes.
 */
export function anchorLossOf(loss: AnchorLoss, logits: Float32Array, target: Float32Array): number {
  const count = anchorsIn(loss, logits)
  const ofAnchor = loss.kind === 'anchor-cross-entropy' ? crossEntropy : binaryCrossEntropy
  return weightedSum(count, target, (a) => ofAnchor(loss, logits, target, a))
}

/**
 * Σ over anchors of KL(p ‖ q) in nats, weighing as q says; of sigmoids averaged over classes. q is taken as
 * at least 1e-12.
 */
export function anchorDivergence(loss: AnchorLoss, p: Float32Array, q: Float32Array): number {
  const count = anchorsIn(loss, p)
  const isSoftmax = loss.kind === 'anchor-cross-entropy'
  const first = boxRows * count
  const total = weightedSum(count, q, (a) => {
    return isSoftmax
      ? divergenceAt(p.subarray(first), q.subarray(first), a, count)
      : binaryDivergenceAt(p.subarray(first), q.subarray(first), a, count) / loss.classes
  })
  return Math.max(0, total)
}

/** Highest probability of each class at any anchor; for the background the lowest. */
export function anchorMaxima(loss: AnchorLoss, p: Float32Array): number[] {
  const count = anchorsIn(loss, p)
  return Array.from({ length: loss.classes }, (_, k) => {
    const values = p.subarray((boxRows + k) * count, (boxRows + k + 1) * count)
    return k === loss.background
      ? values.reduce((a, b) => Math.min(a, b), 1)
      : values.reduce((a, b) => Math.max(a, b), 0)
  })
}

function anchorsIn({ classes }: AnchorLoss, values: Float32Array): number {
  return values.length / (boxRows + classes)
}

function weightedSum(count: number, target: Float32Array, term: (anchor: number) => number): number {
  let total = 0
  for (const [a, weight] of target.subarray(0, count).entries()) if (weight !== 0) total += weight * term(a)
  return total
}

function crossEntropy(loss: AnchorLoss, logits: Float32Array, target: Float32Array, anchor: number): number {
  const count = anchorsIn(loss, logits)
  const first = boxRows * count
  return crossEntropyAt(logits.subarray(first), target.subarray(first), anchor, count)
}

function binaryCrossEntropy(
  loss: AnchorLoss,
  logits: Float32Array,
  target: Float32Array,
  anchor: number,
): number {
  const count = anchorsIn(loss, logits)
  const first = boxRows * count
  return binaryCrossEntropyAt(logits.subarray(first), target.subarray(first), anchor, count) / loss.classes
}
