import { entry } from '../entry.ts'
import { internalError, RadversaryError } from '../errors.ts'
import { lossParts } from '../model/loss-parts.ts'
import type { LossKind, LossSpec } from '../model/ports.ts'
import { extentOf, sizeOf } from '../tensor/tensor.ts'
import { anchorBinaryCrossEntropy, anchorCrossEntropy } from './anchor-losses.ts'
import type { Emitter, Value } from './emitter.ts'
import type { LossGraph, LossTermValues } from './loss-graph.ts'
import { range } from './shapes.ts'

type EmitLoss = (logits: Value, terms: readonly LossTermValues[], emit: Emitter) => LossGraph

/**
 * The losses of core/model/ports.ts with their derivatives written out; every one costs a single reverse
 * pass, however many terms it has.
 */
const lossGraphs = {
  'cross-entropy': crossEntropy,
  'binary-cross-entropy': binaryCrossEntropy,
  mse: meanSquaredError,
  huber,
  margin,
  dlr: differenceOfLogitsRatio,
  'targeted-dlr': targetedRatio,
  dice: diceOf('softmax'),
  'binary-dice': diceOf('sigmoid'),
  'anchor-cross-entropy': anchorCrossEntropy,
  'anchor-binary-cross-entropy': anchorBinaryCrossEntropy,
  dot,
} satisfies Record<LossKind, EmitLoss>

/** The head of a loss or of a mixture, whose parts share the targets and the reverse pass. */
export function emitLoss(
  kind: LossSpec['kind'],
  logits: Value,
  terms: readonly LossTermValues[],
  emit: Emitter,
): LossGraph {
  const parts = lossParts(kind).map((part) => ({
    ...lossGraphs[part.kind](logits, terms, emit),
    weight: part.weight,
  }))
  return {
    loss: emit.sum(parts.map(({ loss, weight }) => scaled(loss, weight, emit))),
    cotangent: emit.sum(parts.map(({ cotangent, weight }) => scaled(cotangent, weight, emit))),
  }
}

/**
 * Affine in the target: with T = Σ w t, −Σ_k T_k log softmax(z)_k, whose derivative is softmax(z) Σ_k T_k −
 * T; both over pixels' mean.
 */
function crossEntropy(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  const pixels = pixelsOf(z, 'cross-entropy')
  const target = mergedTarget(terms, emit)
  const logProbability = emit.op('LogSoftmax', [z], z.shape, { attributes: { axis: 1 } })
  const loss = emit.mul(perSample('ReduceSum', emit.mul(target, logProbability), emit), -1 / pixels)
  const mass = emit.reduce('ReduceSum', target, [1])
  const cotangent = emit.sub(emit.mul(emit.map('Exp', logProbability), mass), target)
  return { loss, cotangent: scaled(cotangent, 1 / pixels, emit) }
}

/**
 * Affine in the target: with T = Σ w t and W = Σ w, mean(W softplus(z) − T z), whose derivative is (W
 * sigmoid(z) − T) / outputs.
 */
function binaryCrossEntropy(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  const [target, weight] = [mergedTarget(terms, emit), emit.sum(terms.map((term) => term.weight))]
  const losses = emit.sub(emit.mul(emit.map('Softplus', z), weight), emit.mul(target, z))
  const cotangent = emit.sub(emit.mul(emit.map('Sigmoid', z), weight), target)
  return { loss: perSample('ReduceMean', losses, emit), cotangent: scaled(cotangent, 1 / outputsOf(z), emit) }
}

/** Σ w mean((z − t)²), not expanded, so that a loss near zero keeps its digits. */
function meanSquaredError(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  const differences = terms.map(({ target, weight }) => ({ difference: emit.sub(z, target), weight }))
  const weighted = differences.map(({ difference, weight }) => emit.mul(difference, weight))
  const squares = differences.map(({ difference }, index) => emit.mul(difference, entry(weighted, index)))
  return {
    loss: perSample('ReduceMean', emit.sum(squares), emit),
    cotangent: emit.mul(emit.sum(weighted), 2 / outputsOf(z)),
  }
}

/** With c = clip(d, −1, 1) of d = z − t it is c·(d − c/2), and its derivative is c. */
function huber(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  return weightedSum(terms, emit, ({ target }) => {
    const difference = emit.sub(z, target)
    const clipped = emit.op('Clip', [difference, emit.scalar(-1), emit.scalar(1)], z.shape)
    const losses = emit.mul(clipped, emit.sub(difference, emit.mul(clipped, 0.5)))
    return { loss: perSample('ReduceMean', losses, emit), cotangent: emit.mul(clipped, 1 / outputsOf(z)) }
  })
}

/**
 * The best other class's logit minus that of the target's class. The derivative of a tie is shared among the
 * tied.
 */
function margin(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  const pixels = pixelsOf(z, 'margin')
  return weightedSum(terms, emit, ({ target }) => {
    const { value, slope } = marginOf(z, target, emit)
    return {
      loss: emit.mul(perSample('ReduceSum', value, emit), 1 / pixels),
      cotangent: scaled(slope, 1 / pixels, emit),
    }
  })
}

/** A value for each sample (and pixel), [N, 1, …], and its derivative by the logits, [N, K, …]. */
interface OfLogits {
  readonly value: Value
  readonly slope: Value
}

function marginOf(z: Value, target: Value, emit: Emitter): OfLogits {
  const best = largest(emit.where(emit.test('Greater', target, 0.5), nowhere, z), emit)
  const chosen = emit.reduce('ReduceSum', emit.mul(z, target), [1])
  return { value: emit.sub(best.value, chosen), slope: emit.sub(best.slope, target) }
}

/** The largest logit; its derivative is shared among the tied. */
function largest(z: Value, emit: Emitter): OfLogits {
  const value = emit.reduce('ReduceMax', z, [1])
  const isBest = emit.cast(emit.test('Equal', z, value), 'float32')
  return { value, slope: emit.div(isBest, emit.reduce('ReduceSum', isBest, [1])) }
}

/** Below every logit. */
const nowhere = -3e38

/** The `count` largest distinct logits, the largest first. */
function largestDistinct(z: Value, count: number, emit: Emitter): OfLogits[] {
  const found: OfLogits[] = []
  let rest = z
  for (let rank = 0; rank < count; rank++) {
    const next = largest(rest, emit)
    found.push(next)
    rest = emit.where(emit.test('Equal', rest, next.value), nowhere, rest)
  }
  return found
}

/** margin / (z_π1 − z_π3) */
function differenceOfLogitsRatio(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  checkClasses(z, 'dlr', 3)
  const [first, , third] = largestDistinct(z, 3, emit)
  if (first === undefined || third === undefined) throw internalError('three logits were asked for')
  const spread = { value: emit.sub(first.value, third.value), slope: emit.sub(first.slope, third.slope) }
  return weightedSum(terms, emit, ({ target }) => ratio(marginOf(z, target, emit), spread, emit))
}

/** Σ z·t / (z_π1 − (z_π3 + z_π4) / 2) */
function targetedRatio(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  checkClasses(z, 'targeted-dlr', 4)
  const [first, , third, fourth] = largestDistinct(z, 4, emit)
  if (first === undefined || third === undefined || fourth === undefined)
    throw internalError('four logits were asked for')
  const half = (a: Value, b: Value) => emit.mul(emit.add(a, b), 0.5)
  const spread = {
    value: emit.sub(first.value, half(third.value, fourth.value)),
    slope: emit.sub(first.slope, half(third.slope, fourth.slope)),
  }
  return weightedSum(terms, emit, ({ target }) => {
    const difference = { value: emit.reduce('ReduceSum', emit.mul(z, target), [1]), slope: target }
    return ratio(difference, spread, emit)
  })
}

/** a / b, whose derivative is (a' − (a / b) b') / b; b is at least 1e-12. */
function ratio(a: OfLogits, b: OfLogits, emit: Emitter): LossGraph {
  const below = emit.map('Max', b.value, 1e-12)
  const value = emit.div(a.value, below)
  return {
    loss: perSample('ReduceSum', value, emit),
    cotangent: emit.div(emit.sub(a.slope, emit.mul(value, b.slope)), below),
  }
}

function checkClasses(z: Value, kind: LossKind, least: number): void {
  if (z.shape.length !== 2 || extentOf(z.shape, 1) < least)
    throw new RadversaryError(
      'model-unsupported',
      `Loss ${kind}: expected logits [N, K] of at least ${least} classes, got [${z.shape.join(', ')}]`,
      { tip: 'Use the margin of logits.' },
    )
}

/**
 * 1 − mean over classes of (2 Σ p t + ε) / (Σ p + Σ t + ε), p = softmax(z), or sigmoid(z) for one channel and
 * where asked for; ε = 1e-6.
 */
function diceOf(activation: 'softmax' | 'sigmoid'): EmitLoss {
  return (z, terms, emit) => {
    pixelsOf(z, 'dice')
    const isSigmoid = activation === 'sigmoid' || z.shape[1] === 1
    const p = isSigmoid
      ? emit.map('Sigmoid', z)
      : emit.op('Softmax', [z], z.shape, { attributes: { axis: 1 } })
    return diceOfProbabilities({ p, isSigmoid, terms }, emit)
  }
}

interface Probabilities {
  readonly p: Value
  readonly isSigmoid: boolean
  readonly terms: readonly LossTermValues[]
}

/** Keeps the Dice score of a class that is nowhere defined: 1. */
const diceSmoothing = 1e-6

function diceOfProbabilities({ p, isSigmoid, terms }: Probabilities, emit: Emitter): LossGraph {
  const classes = extentOf(p.shape, 1)
  const pixelSum = (value: Value): Value => emit.reduce('ReduceSum', value, range(p.shape.length).slice(2))
  return weightedSum(terms, emit, ({ target }) => {
    const numerator = emit.add(emit.mul(pixelSum(emit.mul(p, target)), 2), diceSmoothing)
    const denominator = emit.add(pixelSum(emit.add(p, target)), diceSmoothing)
    const score = emit.div(numerator, denominator)
    const ofP = emit.mul(emit.div(emit.sub(score, emit.mul(target, 2)), denominator), 1 / classes)
    return {
      loss: emit.sub(1, perSample('ReduceMean', score, emit)),
      cotangent: throughProbability(ofP, p, isSigmoid, emit),
    }
  })
}

/** d / d logits from d / d probabilities, through the softmax or the sigmoid. */
function throughProbability(ofP: Value, p: Value, isSigmoid: boolean, emit: Emitter): Value {
  if (isSigmoid) return emit.mul(ofP, emit.mul(p, emit.sub(1, p)))
  return emit.mul(p, emit.sub(ofP, emit.reduce('ReduceSum', emit.mul(p, ofP), [1])))
}

/** Affine in the target: Σ z T, whose derivative is T = Σ w t. */
function dot(z: Value, terms: readonly LossTermValues[], emit: Emitter): LossGraph {
  const target = mergedTarget(terms, emit)
  return { loss: perSample('ReduceSum', emit.mul(z, target), emit), cotangent: target }
}

function mergedTarget(terms: readonly LossTermValues[], emit: Emitter): Value {
  return emit.sum(terms.map(({ target, weight }) => emit.mul(target, weight)))
}

function weightedSum(
  terms: readonly LossTermValues[],
  emit: Emitter,
  head: (term: LossTermValues) => LossGraph,
): LossGraph {
  const parts = terms.map((term) => ({ ...head(term), weight: term.weight }))
  return {
    loss: emit.sum(parts.map(({ loss, weight }) => emit.mul(loss, weight))),
    cotangent: emit.sum(parts.map(({ cotangent, weight }) => emit.mul(cotangent, weight))),
  }
}

function scaled(value: Value, factor: number, emit: Emitter): Value {
  return factor === 1 ? value : emit.mul(value, factor)
}

/** Over everything but the batch: [N, ...] to [N]. */
function perSample(reduction: 'ReduceSum' | 'ReduceMean', value: Value, emit: Emitter): Value {
  return emit.reduce(reduction, value, range(value.shape.length).slice(1), false)
}

/** Outputs of one sample. */
function outputsOf(z: Value): number {
  return sizeOf(z.shape.slice(1))
}

/**
 * Pixels of one sample's dense output [N, K, ...]; 1 for [N, K]. Throws `model-unsupported` when there is no
 * class axis.
 */
function pixelsOf(z: Value, kind: LossKind): number {
  if (z.shape.length < 2)
    throw new RadversaryError(
      'model-unsupported',
      `Loss ${kind}: expected logits [N, classes, ...], got [${z.shape.join(', ')}]`,
      {
        tip: 'Use binary-cross-entropy for a model with one output per sample.',
      },
    )
  return sizeOf(z.shape.slice(2))
}
