/** The channel with a pixel's largest value, the first of several. */
export function largestChannel(values: Float32Array, pixel: number, pixels: number): number {
  let best = pixel
  for (let i = pixel + pixels; i < values.length; i += pixels) if (values[i] > values[best]) best = i
  return (best - pixel) / pixels
}

/** The sum of `count` values from `start` on. */
export function sumOf(values: Float32Array, start: number, count: number): number {
  let sum = 0
  for (let i = start; i < start + count; i++) sum += values[i]
  return sum
}

/** log Σ_k e^z of one pixel; the largest logit is taken off first. */
function logSumExp(logits: Float32Array, pixel: number, pixels: number): number {
  const largest = logits[pixel + pixels * largestChannel(logits, pixel, pixels)]
  let sum = 0
  for (let i = pixel; i < logits.length; i += pixels) sum += Math.exp(logits[i] - largest)
  return largest + Math.log(sum)
}

/** Mean over pixels of −Σ_k t · log softmax(z). */
export function meanCrossEntropy(logits: Float32Array, target: Float32Array, pixels: number): number {
  let total = 0
  for (let pixel = 0; pixel < pixels; pixel++) {
    const offset = logSumExp(logits, pixel, pixels)
    for (let i = pixel; i < logits.length; i += pixels) total += target[i] * (offset - logits[i])
  }
  return total / pixels
}

/** Mean over outputs of softplus(z) − t·z, with softplus(z) = max(z, 0) + log(1 + e^−|z|). */
export function meanBinaryCrossEntropy(logits: Float32Array, target: Float32Array): number {
  let total = 0
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i]
    total += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target[i] * z
  }
  return total / logits.length
}

/** Σ p · t of `count` values from `start` on. */
export function dotOf(p: Float32Array, t: Float32Array, start: number, count: number): number {
  let sum = 0
  for (let i = start; i < start + count; i++) sum += p[i] * t[i]
  return sum
}

/** Softmax over the channels of each pixel of [K, pixels]. */
export function softmaxOfPixels(logits: Float32Array, pixels: number): Float32Array {
  const p = new Float32Array(logits.length)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const offset = logSumExp(logits, pixel, pixels)
    for (let i = pixel; i < p.length; i += pixels) p[i] = Math.exp(logits[i] - offset)
  }
  return p
}

/**
 * Probabilities below this count as it, so that divergence from a hard target stays finite (27.6 nats at
 * most).
 */
const smallestProbability = 1e-12

/** A term of KL(p ‖ q), nats. */
function divergence(p: number, q: number): number {
  return p === 0 ? 0 : p * (Math.log(p) - Math.log(Math.max(q, smallestProbability)))
}

/** Σ over values of their terms of KL(p ‖ q), nats. */
export function sumOfDivergences(p: Float32Array, q: Float32Array): number {
  let total = 0
  for (let i = 0; i < p.length; i++) total += divergence(p[i], q[i])
  return total
}

/** The same of yes and no of each value. */
export function sumOfBinaryDivergences(p: Float32Array, q: Float32Array): number {
  let total = 0
  for (let i = 0; i < p.length; i++) total += divergence(p[i], q[i]) + divergence(1 - p[i], 1 - q[i])
  return total
}

/** −Σ_k t · log softmax(z) of the values at `first`, `first + stride`, … */
export function crossEntropyAt(
  logits: Float32Array,
  target: Float32Array,
  first: number,
  stride: number,
): number {
  const offset = logSumExp(logits, first, stride)
  let sum = 0
  for (let i = first; i < logits.length; i += stride) sum += target[i] * (offset - logits[i])
  return sum
}

/** Σ_k softplus(z) − t·z of such values. */
export function binaryCrossEntropyAt(
  logits: Float32Array,
  target: Float32Array,
  first: number,
  stride: number,
): number {
  let sum = 0
  for (let i = first; i < logits.length; i += stride) {
    const z = logits[i]
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target[i] * z
  }
  return sum
}

/** KL(p ‖ q) of such values, nats. */
export function divergenceAt(p: Float32Array, q: Float32Array, first: number, stride: number): number {
  let sum = 0
  for (let i = first; i < p.length; i += stride) sum += divergence(p[i], q[i])
  return sum
}

/** The same of yes and no of each value. */
export function binaryDivergenceAt(p: Float32Array, q: Float32Array, first: number, stride: number): number {
  let sum = 0
  for (let i = first; i < p.length; i += stride)
    sum += divergence(p[i], q[i]) + divergence(1 - p[i], 1 - q[i])
  return sum
}

/** Anchors weigh as much as their largest score [K, anchors] but for the background's; they add up to 1. */
export function writeWeights(
  weights: Float32Array,
  scores: Float32Array,
  background: number | undefined,
): void {
  const count = weights.length
  let total = 0
  for (let a = 0; a < count; a++) {
    let best = 0
    for (let i = a, k = 0; i < scores.length; i += count, k++)
      if (k !== background) best = Math.max(best, scores[i])
    weights[a] = best
    total += best
  }
  for (let a = 0; a < count; a++) weights[a] = weights[a] / Math.max(total, smallestProbability)
}

/** Mean over pixels of the value p [K, pixels] of the class that each is decided to be. */
export function meanOfDecided(p: Float32Array, decided: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < decided.length; i++) sum += p[decided[i] * decided.length + i]
  return sum / decided.length
}

/** Mean of p where 1 was decided, of 1 − p elsewhere. */
export function meanOfYesAndNo(p: Float32Array, decided: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < decided.length; i++) sum += decided[i] === 1 ? p[i] : 1 - p[i]
  return sum / decided.length
}
