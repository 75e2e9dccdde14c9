import { internalError } from '../../errors.ts'
import { lossParts } from '../../model/loss-parts.ts'
import type { LossKind, LossSpec } from '../../model/ports.ts'

/**
 * The loss of a dense output [N, K, h, w] and what its channels are. One sample's values are [K, pixels],
 * channel by channel.
 */
export interface DenseLoss {
  readonly kind: LossSpec['kind']
  /** Over the channels of each pixel, or of each channel by itself. */
  readonly activation: 'softmax' | 'sigmoid'
  /** K. */
  readonly channels: number
  /** From which probability a sigmoid says yes; 0.5 by default. */
  readonly threshold?: number | undefined
}

/**
 * Probabilities below this count as it, so that divergence from a hard target stays finite (27.6 nats at
 * most).
 */
export const smallestProbability = 1e-12
/** As in autodiff/loss-graphs.ts: keeps the Dice score of a class that is nowhere defined. */
const diceSmoothing = 1e-6

/** f(x) of one sample: softmax over each pixel's channels, or the sigmoid of each value. */
export function denseProbabilities({ activation, channels }: DenseLoss, logits: Float32Array): Float32Array {
  if (activation === 'sigmoid') return logits.map((z) => 1 / (1 + Math.exp(-z)))
  const pixels = logits.length / channels
  const p = new Float32Array(logits.length)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const offset = logSumExp(logits, pixel, pixels)
    for (let i = pixel; i < p.length; i += pixels) p[i] = Math.exp((logits[i] ?? 0) - offset)
  }
  return p
}

/**
 * J(f(x), target) of one sample, in double precision: for events and records. Gradients come from the model's
 * port.
 */
export function denseLossOf(loss: DenseLoss, logits: Float32Array, target: Float32Array): number {
  return lossParts(loss.kind).reduce(
    (sum, { kind, weight }) => sum + weight * partOf(kind, loss, logits, target),
    0,
  )
}

function partOf(kind: LossKind, loss: DenseLoss, logits: Float32Array, target: Float32Array): number {
  switch (kind) {
    case 'cross-entropy':
      return meanCrossEntropy(logits, target, logits.length / loss.channels)
    case 'binary-cross-entropy':
      return meanBinaryCrossEntropy(logits, target)
    case 'dice':
    case 'binary-dice':
      return softDiceLoss(denseProbabilities(loss, logits), target, loss.channels)
    default:
      throw internalError(`a dense output was given the loss ${kind}`)
  }
}

/**
 * KL(p ‖ q) in nats: of each pixel's classes, or of each output's yes and no; averaged. q is taken as at
 * least 1e-12.
 */
export function denseDivergence(
  { activation, channels }: DenseLoss,
  p: Float32Array,
  q: Float32Array,
): number {
  let total = 0
  for (let i = 0; i < p.length; i++) {
    const [a, b] = [p[i] ?? 0, q[i] ?? 0]
    total += divergence(a, b) + (activation === 'sigmoid' ? divergence(1 - a, 1 - b) : 0)
  }
  return Math.max(0, total / (activation === 'sigmoid' ? p.length : p.length / channels))
}

/**
 * The nearest certain prediction: one-hot at each pixel's largest probability, the first of several, or each
 * value rounded to 0 or 1.
 */
export function denseHardened({ activation, channels }: DenseLoss, p: Float32Array): Float32Array {
  if (activation === 'sigmoid') return p.map((value) => Number(value >= 0.5))
  const hard = new Float32Array(p.length)
  const pixels = p.length / channels
  for (let pixel = 0; pixel < pixels; pixel++) hard[pixel + pixels * largestChannel(p, pixel, pixels)] = 1
  return hard
}

/** The channel with a pixel's largest value, the first of several. */
export function largestChannel(values: Float32Array, pixel: number, pixels: number): number {
  let best = pixel
  for (let i = pixel + pixels; i < values.length; i += pixels)
    if ((values[i] ?? NaN) > (values[best] ?? NaN)) best = i
  return (best - pixel) / pixels
}

/** Mean over the pixels of each channel. */
export function channelMeans(values: Float32Array, channels: number): number[] {
  const pixels = values.length / channels
  return Array.from({ length: channels }, (_, k) => sumOf(values, k * pixels, pixels) / pixels)
}

function sumOf(values: Float32Array, start: number, count: number): number {
  let sum = 0
  for (let i = start; i < start + count; i++) sum += values[i] ?? 0
  return sum
}

/** log Σ_k e^z of one pixel; the largest logit is taken off first. */
export function logSumExp(logits: Float32Array, pixel: number, pixels: number): number {
  const largest = logits[pixel + pixels * largestChannel(logits, pixel, pixels)] ?? 0
  let sum = 0
  for (let i = pixel; i < logits.length; i += pixels) sum += Math.exp((logits[i] ?? 0) - largest)
  return largest + Math.log(sum)
}

/** Mean over pixels of −Σ_k t · log softmax(z). */
function meanCrossEntropy(logits: Float32Array, target: Float32Array, pixels: number): number {
  let total = 0
  for (let pixel = 0; pixel < pixels; pixel++) {
    const offset = logSumExp(logits, pixel, pixels)
    for (let i = pixel; i < logits.length; i += pixels)
      total += (target[i] ?? 0) * (offset - (logits[i] ?? 0))
  }
  return total / pixels
}

/** Mean over outputs of softplus(z) − t·z, with softplus(z) = max(z, 0) + log(1 + e^−|z|). */
function meanBinaryCrossEntropy(logits: Float32Array, target: Float32Array): number {
  let total = 0
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i] ?? 0
    total += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - (target[i] ?? 0) * z
  }
  return total / logits.length
}

/** 1 − mean over channels of (2 Σ p t + ε) / (Σ p + Σ t + ε). */
function softDiceLoss(p: Float32Array, target: Float32Array, channels: number): number {
  const pixels = p.length / channels
  let scores = 0
  for (let k = 0; k < channels; k++) {
    let shared = 0
    for (let i = k * pixels; i < (k + 1) * pixels; i++) shared += (p[i] ?? 0) * (target[i] ?? 0)
    const all = sumOf(p, k * pixels, pixels) + sumOf(target, k * pixels, pixels)
    scores += (2 * shared + diceSmoothing) / (all + diceSmoothing)
  }
  return 1 - scores / channels
}

/** A term of KL(p ‖ q), nats. */
export function divergence(p: number, q: number): number {
  return p === 0 ? 0 : p * (Math.log(p) - Math.log(Math.max(q, smallestProbability)))
}
