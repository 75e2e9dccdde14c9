import { float32At } from '../math/at.ts'
import { RadversaryError } from '../errors.ts'
import { isOfAnchors } from '../tasks/detection/losses.ts'
import { largestChannel } from '../math/dense.ts'
import { denseProbabilities, type DenseLoss } from '../tasks/segmentation/losses.ts'
import type { Notice } from '../errors.ts'
import { lossParts } from '../model/loss-parts.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import type { Rows, AttackState } from './attack.ts'
import { rowOf } from './rows.ts'

/**
 * What is decided at once: a pixel's channels at `first`, `first + stride`, … (softmax), or one output
 * (sigmoid).
 */
export interface Decision {
  readonly first: number
  readonly stride: number
  readonly channels: number
}

/**
 * A sample's prediction and target, [K, h, w] each: probabilities, and the channels that they decide for (0
 * or 1).
 */
export interface Weighed {
  readonly p: Float32Array
  readonly target: Float32Array
  readonly decided: Uint8Array
}

/** Weight of one decision's loss. */
export type Weigh = (decision: Decision, sample: Weighed) => number

const ownLoss: Notice = {
  message:
    'The method weighs the cross-entropy of pixels, so the loss that was asked for is not what it follows.',
  tip: 'For another loss use smia or pgd.',
}

/**
 * The problem's loss, for methods that weigh pixels. Throws `usage` where the model decides of images, not of
 * pixels.
 */
export function lossOfPixels(state: Pick<AttackState, 'loss' | 'notify'>, method: string): DenseLoss {
  const { loss } = state
  if (typeof loss === 'string' || isOfAnchors(loss))
    throw new RadversaryError(
      'usage',
      `${method}: expected a segmentation, whose pixels it weighs, got another task`,
      {
        tip: 'Use a method for every task, e.g. smia or pgd.',
      },
    )
  if (lossParts(loss.kind).some(({ kind }) => !kind.endsWith('cross-entropy'))) state.notify(ownLoss)
  return loss
}

/**
 * ∇ mean_i w_i·J_i(f(x_t), y) over decisions i, turned for targeted attacks: J_i is the (binary)
 * cross-entropy, its weight is held constant. It takes a prediction, by which x_t is judged, and the
 * vector-Jacobian product with w_i·(p_i − y_i).
 */
export async function weightedGradient(state: AttackState, loss: DenseLoss, weigh: Weigh): Promise<Rows> {
  await state.evaluateLogits()
  return pulledBack(state, (sample) => {
    const p = denseProbabilities(loss, state.logits(sample))
    const weighed = { p, target: rowOf(state.deviation.target, sample), decided: decidedChannels(loss, p) }
    return weightedSlope(loss, weighed, (decision) => state.deviation.weight * weigh(decision, weighed))
  })
}

/**
 * Σ_k v_k ∂z_k/∂x at points, x_t by default, for v [K, h, w] of each sample at work; zero where a pixel is
 * frozen.
 */
export async function pulledBack(
  state: AttackState,
  cotangentOf: (sample: number) => Float32Array,
  points: Tensor = state.x,
): Promise<Rows> {
  const target = tensor(state.deviation.target.shape)
  for (const sample of state.active()) rowOf(target, sample).set(cotangentOf(sample))
  const { gradient } = await state.gradientAt(points, [{ target, weight: 1 }], 'dot')
  for (const sample of state.active()) state.freeze(gradient.of(sample), sample)
  return gradient
}

/** Pixels, or outputs, of `count` values. */
export function decisionsOf({ activation, channels }: DenseLoss, count: number): Decision[] {
  const each = activation === 'softmax' ? channels : 1
  const stride = count / each
  return Array.from({ length: stride }, (_, first) => ({ first, stride, channels: each }))
}

/** 1 at each pixel's largest channel, the first of several, or at every output that reaches the threshold. */
export function decidedChannels(
  { activation, channels, threshold = 0.5 }: DenseLoss,
  p: Float32Array,
): Uint8Array {
  if (activation === 'sigmoid') return Uint8Array.from(p, (value) => Number(value >= threshold))
  const decided = new Uint8Array(p.length)
  const pixels = p.length / channels
  for (let pixel = 0; pixel < pixels; pixel++) decided[pixel + pixels * largestChannel(p, pixel, pixels)] = 1
  return decided
}

/** Whether a decision is what the target (0 and 1) says. */
export function isAtTarget({ first, stride, channels }: Decision, { decided, target }: Weighed): boolean {
  for (let k = 0, i = first; k < channels; k++, i += stride) if (decided[i] !== target[i]) return false
  return true
}

/** Gradient by the logits of mean_i w_i·J_i. */
export function weightedSlope(
  loss: DenseLoss,
  { p, target }: Weighed,
  weigh: (decision: Decision) => number,
): Float32Array {
  const slope = new Float32Array(p.length)
  const decisions = decisionsOf(loss, p.length)
  for (const decision of decisions) {
    const weight = weigh(decision) / decisions.length
    const { first, stride, channels } = decision
    for (let k = 0, i = first; k < channels; k++, i += stride)
      slope[i] = weight * (float32At(p, i) - float32At(target, i))
  }
  return slope
}
