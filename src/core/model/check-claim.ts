import type { Tensor } from '../tensor/tensor.ts'
import type { ModelCard } from './card.ts'
import { cardInvalid } from './card-issues.ts'

/** How far from 1 a row of probabilities in float32 may sum up. */
const roundingOfSum = 1e-3

/** The log-odds of 1.01, with the smallest probability that has a logarithm here (1e-30). */
const mostLogOdds = 69.09

/**
 * Whether what a model gives is what its card claims, on the first images that it is run on; undefined for
 * tasks without such a claim.
 * @param logits [N, K] or [N, K, h, w]
 * @param origin whether they were made of the model's outputs as logarithms of probabilities
 * @throws RadversaryError card-invalid.
 */
export function claimCheck({
  task,
  output,
}: Pick<ModelCard, 'task' | 'output'>):
  ((logits: Tensor, origin: { readonly isLogarithm: boolean }) => void) | undefined {
  if (task === 'regression' || task === 'detection' || output.activation === 'linear') return undefined
  const isSoftmax = output.activation === 'softmax'
  if (output.gives === 'logits')
    return isSoftmax
      ? (logits) => {
          if (everyRow(logits, isDistribution)) throw claimedLogits()
        }
      : undefined
  return (logits, { isLogarithm }) => {
    if (!isLogarithm) return
    const agree = isSoftmax
      ? everyRow(logits, sumsUp)
      : logits.data.every((z) => !(Math.abs(z) > mostLogOdds))
    if (!agree) throw claimedProbabilities(isSoftmax)
  }
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
  const [count = 0, classes = 0] = shape
  const pixels = data.length / (count * classes)
  const row = (n: number, pixel: number) =>
    Array.from({ length: classes }, (_, k) => data[(n * classes + k) * pixels + pixel] ?? NaN)
  for (let n = 0; n < count; n++)
    for (let pixel = 0; pixel < pixels; pixel++) if (!isTrue(row(n, pixel))) return false
  return data.length > 0
}
