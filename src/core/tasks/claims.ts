import { entry } from '../entry.ts'
import { extentOf, type Tensor } from '../tensor/tensor.ts'
import { cardInvalid } from '../model/card-issues.ts'
import type { ClaimCheck } from './rules.ts'

/** How far from 1 a row of probabilities in float32 may sum up. */
const roundingOfSum = 1e-3

/** The log-odds of 1.01, with the smallest probability that has a logarithm here (1e-30). */
const mostLogOdds = 69.09

/** Whether the rows of a softmax are logits or probabilities, as the card claims. */
function softmaxClaim(gives: 'logits' | 'probabilities'): ClaimCheck {
  if (gives === 'logits')
    return (logits) => {
      if (everyRow(logits, isDistribution)) throw claimedLogits()
    }
  return (logits, { isLogarithm }) => {
    if (isLogarithm && !everyRow(logits, sumsUp)) throw claimedProbabilities(true)
  }
}

/** Whether values are probabilities as the card claims; undefined where it claims logits. */
function sigmoidClaim(gives: 'logits' | 'probabilities'): ClaimCheck | undefined {
  if (gives === 'logits') return undefined
  return ({ data }, { isLogarithm }) => {
    if (isLogarithm && !data.every((z) => !(Math.abs(z) > mostLogOdds))) throw claimedProbabilities(false)
  }
}

/** The claim of a head with one activation. */
export function claimOf({ activation, gives }: ClaimingOutput): ClaimCheck | undefined {
  return activation === 'softmax' ? softmaxClaim(gives) : sigmoidClaim(gives)
}

interface ClaimingOutput {
  readonly activation: string
  readonly gives: 'logits' | 'probabilities'
}

function claimedLogits(): Error {
  return cardInvalid([
    'output.gives: "logits", but the rows of the model\'s output lie in [0, 1] and sum to 1: give "probabilities"',
  ])
}

function claimedProbabilities(isSoftmax: boolean): Error {
  const found = isSoftmax ? "rows of the model's output do not sum to 1" : "the model's output leaves [0, 1]"
  return cardInvalid([
    `output.gives: "probabilities", but ${found}: give "logits", or another output.activation`,
  ])
}

function isDistribution(row: readonly number[]): boolean {
  const sum = row.reduce((total, value) => total + value, 0)
  return row.every((value) => value >= -1e-6 && value <= 1 + 1e-6) && Math.abs(sum - 1) <= roundingOfSum
}

/**
 * Says whether the exponentials of a row sum to 1, within 0.02 and what rounding to 1 / 255 each adds in
 * quantised models.
 */
function sumsUp(row: readonly number[]): boolean {
  const sum = row.reduce((total, z) => total + Math.exp(z), 0)
  return !(Math.abs(sum - 1) > 0.02 + Math.min(0.5, row.length / 510))
}

/** Whether it is true of the classes (axis 1) of every sample and pixel. */
function everyRow({ shape, data }: Tensor, isTrue: (row: readonly number[]) => boolean): boolean {
  const [count, classes] = [extentOf(shape, 0), extentOf(shape, 1)]
  const pixels = data.length / (count * classes)
  const row = (n: number, pixel: number) =>
    Array.from({ length: classes }, (_, k) => entry(data, (n * classes + k) * pixels + pixel))
  for (let n = 0; n < count; n++)
    for (let pixel = 0; pixel < pixels; pixel++) if (!isTrue(row(n, pixel))) return false
  return data.length > 0
}
