import { internalError } from '../../errors.ts'
import { lossParts } from '../../model/loss-parts.ts'
import type { LossKind, LossSpec } from '../../model/ports.ts'
import {
  dotOf,
  largestChannel,
  meanBinaryCrossEntropy,
  meanCrossEntropy,
  softmaxOfPixels,
  sumOf,
  sumOfBinaryDivergences,
  sumOfDivergences,
} from '../../math/dense.ts'

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

/** As in autodiff/loss-graphs.ts: keeps the Dice score of a class that is nowhere defined. */
const diceSmoothing = 1e-6

/** f(x) of one sample: softmax over each pixel's channels, or the sigmoid of each value. */
export function denseProbabilities({ activation, channels }: DenseLoss, logits: Float32Array): Float32Array {
  if (activation === 'sigmoid') return logits.map((z) => 1 / (1 + Math.exp(-z)))
  const pixels = logits.length / channels
  return softmaxOfPixels(logits, pixels)
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
  const total = activation === 'sigmoid' ? sumOfBinaryDivergences(p, q) : sumOfDivergences(p, q)
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

/** Mean over the pixels of each channel. */
export function channelMeans(values: Float32Array, channels: number): number[] {
  const pixels = values.length / channels
  return Array.from({ length: channels }, (_, k) => sumOf(values, k * pixels, pixels) / pixels)
}

/** 1 − mean over channels of (2 Σ p t + ε) / (Σ p + Σ t + ε). */
function softDiceLoss(p: Float32Array, target: Float32Array, channels: number): number {
  const pixels = p.length / channels
  let scores = 0
  for (let k = 0; k < channels; k++) {
    const shared = dotOf(p, target, k * pixels, pixels)
    const all = sumOf(p, k * pixels, pixels) + sumOf(target, k * pixels, pixels)
    scores += (2 * shared + diceSmoothing) / (all + diceSmoothing)
  }
  return 1 - scores / channels
}
