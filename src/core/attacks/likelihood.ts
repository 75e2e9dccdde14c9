import {
  anchorDivergence,
  anchorHardened,
  anchorLossOf,
  anchorMaxima,
  anchorProbabilities,
  isOfAnchors,
} from '../tasks/detection/losses.ts'
import {
  denseDivergence,
  denseHardened,
  denseLossOf,
  denseProbabilities,
  channelMeans,
} from '../tasks/segmentation/losses.ts'
import { divergenceOfSample, lossOfSample } from '../tasks/classification/losses.ts'
import { isValueLoss, valueDivergence, valueLossOf, type ValueLoss } from '../tasks/regression/losses.ts'
import type { AttackLoss } from './attack.ts'
import { argMax } from './decision-boundary.ts'

/**
 * f(x) of one sample as probabilities: softmax of its logits [K] (of each pixel's, for dense ones), or the
 * sigmoid of each; numbers are themselves.
 */
export function probabilitiesOf(loss: AttackLoss, logits: Float32Array): Float32Array {
  if (isValueLoss(loss)) return logits.slice()
  if (isOfAnchors(loss)) return anchorProbabilities(loss, logits)
  if (typeof loss !== 'string') return denseProbabilities(loss, logits)
  if (loss === 'binary-cross-entropy') return logits.map((z) => 1 / (1 + Math.exp(-z)))
  return softmaxOf(logits)
}

/** In double precision, rounded at the end. */
function softmaxOf(logits: Float32Array): Float32Array {
  let [largest, total] = [-Infinity, 0]
  for (const z of logits) largest = Math.max(largest, z)
  const powers = new Float64Array(logits.length)
  for (const [k, z] of logits.entries()) total += powers[k] = Math.exp(z - largest)
  return new Float32Array(powers.map((power) => power / total))
}

/**
 * The nearest certain prediction: one-hot at the largest probability, or each rounded to 0 or 1; numbers as
 * they are.
 */
export function hardened(loss: AttackLoss, probabilities: Float32Array): Float32Array {
  if (isValueLoss(loss)) return probabilities
  if (isOfAnchors(loss)) return anchorHardened(loss, probabilities)
  if (typeof loss !== 'string') return denseHardened(loss, probabilities)
  if (loss === 'binary-cross-entropy') return probabilities.map((p) => Number(p >= 0.5))
  const best = argMax(probabilities)
  return probabilities.map((_, k) => Number(k === best))
}

/** J(f(x), target) of one sample. */
export function lossOf(loss: AttackLoss, logits: Float32Array, target: Float32Array): number {
  if (isValueLoss(loss)) return valueLossOf(loss, logits, target)
  if (isOfAnchors(loss)) return anchorLossOf(loss, logits, target)
  if (typeof loss !== 'string') return denseLossOf(loss, logits, target)
  return lossOfSample(loss, logits, target)
}

/**
 * KL(p ‖ q) of one sample, nats; averaged over labels for sigmoid heads, and over the pixels of dense
 * outputs.
 */
export function divergenceOf(loss: AttackLoss, p: Float32Array, q: Float32Array): number {
  if (isValueLoss(loss)) return valueDivergence(p, q)
  if (isOfAnchors(loss)) return anchorDivergence(loss, p, q)
  if (typeof loss !== 'string') return denseDivergence(loss, p, q)
  return divergenceOfSample(loss === 'cross-entropy' ? 'softmax' : 'multi-label-sigmoid', p, q)
}

/**
 * KL(target ‖ f(x)) of one sample, nats, averaged as `divergenceOf` averages: of the logits themselves, so
 * that no probability has to be bounded. It is the cross-entropy beyond that of logits which say just the
 * target, and for a target of 0 and 1 the cross-entropy. Numbers: half the squared difference.
 * What depends on the target alone is worked out once.
 */
export function divergenceFrom(loss: AttackLoss, target: Float32Array): (logits: Float32Array) => number {
  if (isValueLoss(loss)) return (logits) => valueDivergence(target, logits)
  const isSoftmax = isOfClasses(loss)
  const isDense = typeof loss !== 'string' && !isOfAnchors(loss)
  const entropy = isDense ? { ...loss, kind: isSoftmax ? oneOf : eachOf } : loss
  const least = lossOf(entropy, logitsSaying(target, isSoftmax), target)
  return (logits) => Math.max(0, lossOf(entropy, logits, target) - least)
}

const [oneOf, eachOf] = ['cross-entropy', 'binary-cross-entropy'] as const

/** Whether f is a softmax over classes; else each output says yes or no by itself. */
function isOfClasses(loss: Exclude<AttackLoss, ValueLoss>): boolean {
  if (typeof loss === 'string') return loss === oneOf
  return isOfAnchors(loss) ? loss.kind === 'anchor-cross-entropy' : loss.activation === 'softmax'
}

/** Logits whose prediction is the target; what is certain is so to the last bit of a double. */
function logitsSaying(target: Float32Array, isSoftmax: boolean): Float32Array {
  const bounded = (logarithm: number) => Math.max(logarithm, -1e4)
  return target.map((t) => bounded(Math.log(t)) - (isSoftmax ? 0 : bounded(Math.log1p(-t))))
}

/**
 * A distribution as events report it: [K], of dense outputs the mean over pixels, of a detector the highest
 * of all anchors.
 */
export function reportedProbabilities(loss: AttackLoss, probabilities: Float32Array): number[] {
  if (isOfAnchors(loss)) return anchorMaxima(loss, probabilities)
  return typeof loss === 'string' ? [...probabilities] : channelMeans(probabilities, loss.channels)
}
