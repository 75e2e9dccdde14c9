import {
  anchorDivergence,
  anchorHardened,
  anchorLossOf,
  anchorMaxima,
  anchorProbabilities,
  isOfAnchors,
} from '../model/anchor-losses.ts'
import {
  denseDivergence,
  denseHardened,
  denseLossOf,
  denseProbabilities,
  channelMeans,
} from '../model/dense-losses.ts'
import { klDivergence, lossPerSample } from '../model/head-losses.ts'
import { isValueLoss, valueDivergence, valueLossOf } from '../model/value-losses.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import type { AttackLoss } from './attack.ts'
import { argMax } from './criteria.ts'

/**
 * f(x) of one sample as probabilities: softmax of its logits [K] (of each pixel's, for dense ones), or the
 * sigmoid of each; numbers are themselves.
 */
export function probabilitiesOf(loss: AttackLoss, logits: Float32Array): Float32Array {
  if (isValueLoss(loss)) return logits.slice()
  if (isOfAnchors(loss)) return anchorProbabilities(loss, logits)
  if (typeof loss !== 'string') return denseProbabilities(loss, logits)
  if (loss === 'binary-cross-entropy') return logits.map((z) => 1 / (1 + Math.exp(-z)))
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity)
  const powers = new Float64Array(logits).map((z) => Math.exp(z - largest))
  const total = powers.reduce((a, b) => a + b, 0)
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
  return lossPerSample(loss, one(logits), one(target))[0] ?? NaN
}

/**
 * KL(p ‖ q) of one sample, nats; averaged over labels for sigmoid heads, and over the pixels of dense
 * outputs.
 */
export function divergenceOf(loss: AttackLoss, p: Float32Array, q: Float32Array): number {
  if (isValueLoss(loss)) return valueDivergence(p, q)
  if (isOfAnchors(loss)) return anchorDivergence(loss, p, q)
  if (typeof loss !== 'string') return denseDivergence(loss, p, q)
  const activation = loss === 'cross-entropy' ? 'softmax' : 'multi-label-sigmoid'
  return klDivergence({ activation }, one(p), one(q))[0] ?? NaN
}

/**
 * A distribution as an event tells it: [K], of dense outputs the mean over pixels, of a detector the highest
 * of all anchors.
 */
export function toldProbabilities(loss: AttackLoss, probabilities: Float32Array): number[] {
  if (isOfAnchors(loss)) return anchorMaxima(loss, probabilities)
  return typeof loss === 'string' ? [...probabilities] : channelMeans(probabilities, loss.channels)
}

function one(values: Float32Array): Tensor {
  return tensor([1, values.length], values)
}
