import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import type { ClassPrediction } from '../answers.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { LossKind } from '../../model/ports.ts'
import type { ClassificationOutput } from './output.ts'
import type { OrdinalOutput } from '../ordinal/output.ts'

/** The loss that a head is trained with, and that attacks raise. */
export function lossKindOf({
  activation,
}: ClassificationOutput): Extract<LossKind, 'cross-entropy' | 'binary-cross-entropy'> {
  return activation === 'softmax' ? 'cross-entropy' : 'binary-cross-entropy'
}

/**
 * How many logits a head has: one per class, one for a binary head, one less than grades for a cumulative
 * one.
 */
export function logitCount({
  activation,
  classes,
}: {
  readonly activation: string
  readonly classes: readonly string[]
}): number {
  if (activation === 'binary-sigmoid') return 1
  return activation === 'cumulative-sigmoid' ? classes.length - 1 : classes.length
}

/**
 * Softmax over the classes or sigmoid of each, of logits [N, K]; the soft targets of SMIA's stabilization.
 */
export function activate(head: ClassificationOutput, logits: Tensor): Tensor {
  const count = checkedCount(head, logits)
  const probabilities = tensor(logits.shape)
  for (let at = 0; at < logits.data.length; at += count) {
    const sample = logits.data.subarray(at, at + count)
    probabilities.data.set(head.activation === 'softmax' ? softmax(sample) : sample.map(sigmoid), at)
  }
  return probabilities
}

/**
 * One prediction per sample of logits [N, K]. The lowest index wins a tie. Throws `tensor-invalid` for
 * another number of logits.
 */
export function predictionsOf(head: ClassificationOutput, logits: Tensor): ClassPrediction[] {
  const count = checkedCount(head, logits)
  const decide = deciders[head.activation]
  return Array.from({ length: logits.data.length / count }, (_, n) => {
    // Doubles from here on: 1 − p must not lose a small p.
    const sample = Float64Array.from(logits.data.subarray(n * count, (n + 1) * count))
    return decide(sample, head.activation === 'softmax' ? 0 : head.threshold)
  })
}

/**
 * The grade that logits [K] of one sample say: the largest of one for each, the first of several, or how many
 * thresholds they reach.
 */
export function gradeOf(head: OrdinalOutput, logits: Float32Array): number {
  if (head.activation === 'softmax') return logits.indexOf(logits.reduce((a, b) => Math.max(a, b), -Infinity))
  return logits.reduce((count, logit) => count + Number(sigmoid(logit) >= head.threshold), 0)
}

const deciders = {
  softmax: mostLikely,
  'binary-sigmoid': yesOrNo,
  'multi-label-sigmoid': eachYesOrNo,
  'cumulative-sigmoid': gradeReached,
} satisfies Record<
  ClassificationOutput['activation'],
  (logits: Float64Array, threshold: number) => ClassPrediction
>

function mostLikely(logits: Float64Array): ClassPrediction {
  const best = logits.indexOf(logits.reduce((a, b) => Math.max(a, b), -Infinity))
  const probabilities = [...softmax(logits)]
  return { kind: 'classes', classes: [best], confidence: entry(probabilities, best), probabilities }
}

function yesOrNo(logits: Float64Array, threshold: number): ClassPrediction {
  const logit = entry(logits, 0)
  const probabilities = [sigmoid(-logit), sigmoid(logit)]
  const predicted = sigmoid(logit) >= threshold ? 1 : 0
  return { kind: 'classes', classes: [predicted], confidence: entry(probabilities, predicted), probabilities }
}

function eachYesOrNo(logits: Float64Array, threshold: number): ClassPrediction {
  const probabilities = Array.from(logits, sigmoid)
  const certainties = Array.from(logits, (logit) =>
    sigmoid(logit) >= threshold ? sigmoid(logit) : sigmoid(-logit),
  )
  const classes = probabilities.flatMap((p, index) => (p >= threshold ? [index] : []))
  return { kind: 'classes', classes, confidence: Math.min(...certainties), probabilities }
}

/**
 * The grade is how many of the thresholds P(y > k) are reached (Cao et al. 2020, arXiv 1901.07884). For the
 * grades' probabilities a threshold is at most as likely as the one below it.
 */
function gradeReached(logits: Float64Array, threshold: number): ClassPrediction {
  let least = 1
  const above = Array.from(logits, (logit) => (least = Math.min(least, sigmoid(logit))))
  const [atLeast, more] = [
    [1, ...above],
    [...above, 0],
  ]
  const probabilities = atLeast.map((p, grade) => p - entry(more, grade))
  const grade = logits.reduce((count, logit) => count + Number(sigmoid(logit) >= threshold), 0)
  return { kind: 'classes', classes: [grade], confidence: entry(probabilities, grade), probabilities }
}

/**
 * Targets [N, K] for the loss from class indices per sample: one-hot (softmax), 0 or 1 (binary), multi-hot
 * (multi-label), as many ones as the grade is high (cumulative). Throws `labels-invalid` for an index that
 * the head has not, or for other than one index where classes exclude each other.
 */
export function targetsOf(head: ClassificationOutput, labels: readonly (readonly number[])[]): Tensor {
  const count = logitCount(head)
  const targets = tensor([labels.length, count])
  labels.forEach((indices, n) => {
    checkLabel(head, indices)
    if (head.activation === 'binary-sigmoid') targets.data[n] = entry(indices, 0)
    else if (head.activation === 'cumulative-sigmoid')
      targets.data.fill(1, n * count, n * count + entry(indices, 0))
    else for (const index of indices) targets.data[n * count + index] = 1
  })
  return targets
}

function checkLabel({ activation, classes }: ClassificationOutput, indices: readonly number[]): void {
  const wrong = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= classes.length)
  if (wrong !== undefined)
    throw new RadversaryError(
      'labels-invalid',
      `Label: expected a class index below ${classes.length}, got ${wrong}`,
    )
  if (activation !== 'multi-label-sigmoid' && indices.length !== 1)
    throw new RadversaryError('labels-invalid', `Label: expected one class, got ${indices.length}`)
}

function checkedCount(head: ClassificationOutput, { shape }: Tensor): number {
  const count = logitCount(head)
  if (shape.length !== 2 || shape[1] !== count)
    throw new RadversaryError(
      'tensor-invalid',
      `Head: expected logits [N, ${count}], got [${shape.join(', ')}]`,
      {
        tip: "Compare output.classes and output.activation of the model card with the model's output.",
      },
    )
  return count
}

/** Stable: the largest logit is taken off first. */
function softmax(logits: Float32Array | Float64Array): Float64Array {
  const largest = Math.max(...logits)
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/** 1 / (1 + e^−z), without overflow. */
function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))
}
