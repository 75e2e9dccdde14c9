import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import { extentOf, type Tensor } from '../../tensor/tensor.ts'
import type { LossKind } from '../../model/ports.ts'
import type { ClassificationOutput } from './output.ts'

/**
 * Probabilities below this count as it, so that divergence from a hard target stays finite (27.6 nats at
 * most).
 */
const smallestProbability = 1e-12

type HeadLoss = Extract<LossKind, 'cross-entropy' | 'binary-cross-entropy'>

/**
 * The loss of each sample of logits [N, K] against targets [N, K] (one-hot, multi-hot or soft), as `LossKind`
 * defines it, in double precision: for events and records. Gradients come from the model's port.
 */
export function lossPerSample(kind: HeadLoss, logits: Tensor, target: Tensor): number[] {
  return samplePairs(logits, target).map(([z, t]) => lossOfSample(kind, z, t))
}

/** The same of one sample's logits [K] and target [K]. */
export function lossOfSample(kind: HeadLoss, logits: Float32Array, target: Float32Array): number {
  return kind === 'cross-entropy' ? crossEntropy(logits, target) : binaryCrossEntropy(logits, target)
}

/**
 * KL(p ‖ q) in nats of each sample of probabilities [N, K] (SMIA, section 3.2): Σ p (log p − log q) over the
 * classes of a softmax head; for sigmoid heads the divergence of each label's yes and no, averaged over
 * labels. q is taken as at least 1e-12.
 */
export function klDivergence(
  { activation }: Pick<ClassificationOutput, 'activation'>,
  p: Tensor,
  q: Tensor,
): number[] {
  return samplePairs(p, q).map(([ps, qs]) => divergenceOfSample(activation, ps, qs))
}

/** The same of one sample's probabilities [K]. */
export function divergenceOfSample(
  activation: ClassificationOutput['activation'],
  p: Float32Array,
  q: Float32Array,
): number {
  if (activation === 'softmax') return Math.max(0, sumOver(p, q, divergence))
  return Math.max(0, sumOver(p, q, (a, b) => divergence(a, b) + divergence(1 - a, 1 - b)) / p.length)
}

function divergence(p: number, q: number): number {
  return p === 0 ? 0 : p * (Math.log(p) - Math.log(Math.max(q, smallestProbability)))
}

/** −Σ t · log softmax(z), with log Σ e^z taken stably. */
function crossEntropy(logits: Float32Array, target: Float32Array): number {
  let [largest, powers] = [-Infinity, 0]
  for (const z of logits) largest = Math.max(largest, z)
  for (const z of logits) powers += Math.exp(z - largest)
  const logSum = largest + Math.log(powers)
  return sumOver(logits, target, (z, t) => t * (logSum - z))
}

/** Mean of softplus(z) − t·z, with softplus(z) = max(z, 0) + log(1 + e^−|z|). */
function binaryCrossEntropy(logits: Float32Array, target: Float32Array): number {
  return (
    sumOver(logits, target, (z, t) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - t * z) /
    logits.length
  )
}

function sumOver(a: Float32Array, b: Float32Array, term: (a: number, b: number) => number): number {
  return a.reduce((sum, value, i) => sum + term(value, entry(b, i)), 0)
}

function samplePairs(a: Tensor, b: Tensor): (readonly [Float32Array, Float32Array])[] {
  if (a.shape.length !== 2 || a.shape.join() !== b.shape.join())
    throw new RadversaryError(
      'tensor-invalid',
      `Head: expected two tensors [N, K], got [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`,
    )
  const [count, classes] = [extentOf(a.shape, 0), extentOf(a.shape, 1)]
  return Array.from({ length: count }, (_, n) => {
    const [from, to] = [n * classes, (n + 1) * classes]
    return [a.data.subarray(from, to), b.data.subarray(from, to)]
  })
}
