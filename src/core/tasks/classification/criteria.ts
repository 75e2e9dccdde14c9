import {
  argMax,
  type Criterion,
  difference,
  threshold as labelPlane,
} from '../../attacks/decision-boundary.ts'
import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import { extentOf, type Tensor } from '../../tensor/tensor.ts'

/** The most likely class is not the label. Of several largest logits the first counts. */
export function misclassified(labels: readonly number[]): Criterion {
  return {
    name: 'misclassified',
    isMet: (logits, sample) => argMax(logits) !== labels[sample],
    boundary: (sample, classes) => ({
      need: 'any',
      planes: others(classes, labels[sample]).map((k) => difference(k, entry(labels, sample))),
    }),
  }
}

/** The most likely class is the wanted one. */
export function targetReached(classes: readonly number[]): Criterion {
  return {
    name: 'target reached',
    isMet: (logits, sample) => argMax(logits) === classes[sample],
    boundary: (sample, count) => ({
      need: 'all',
      planes: others(count, classes[sample]).map((k) => difference(entry(classes, sample), k)),
    }),
  }
}

/**
 * Any label's decision differs from `truth` [N, K] of 0 and 1: multi-label heads, and binary ones with K = 1.
 * A label is set where its probability reaches the threshold.
 */
export function anyLabelFlipped(truth: Tensor, threshold = 0.5): Criterion {
  const bar = logitOf(threshold)
  return {
    name: 'any label flipped',
    isMet: (logits, sample) => logits.some((logit, k) => isSet(truth, sample, k) !== logit >= bar),
    boundary: (sample, classes) => ({
      need: 'any',
      planes: indices(classes).map((k) => labelPlane(k, { bar, set: !isSet(truth, sample, k) })),
    }),
  }
}

/**
 * Every one of `labels` (all by default) is decided as `wanted` [N, K] of 0 and 1 says; the others are left
 * alone.
 */
export function labelsReached(wanted: Tensor, labels?: readonly number[], threshold = 0.5): Criterion {
  const bar = logitOf(threshold)
  const chosen = labels ?? indices(extentOf(wanted.shape, 1))
  if (chosen.length === 0)
    throw new RadversaryError('usage', 'Criterion: expected at least one label to reach, got none')
  return {
    name: 'labels reached',
    isMet: (logits, sample) => chosen.every((k) => isSet(wanted, sample, k) === entry(logits, k) >= bar),
    boundary: (sample) => ({
      need: 'all',
      planes: chosen.map((k) => labelPlane(k, { bar, set: isSet(wanted, sample, k) })),
    }),
  }
}

function others(classes: number, label: number | undefined): number[] {
  return indices(classes).filter((k) => k !== label)
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k)
}

function isSet(labels: Tensor, sample: number, k: number): boolean {
  return entry(labels.data, sample * extentOf(labels.shape, 1) + k) >= 0.5
}

/** sigmoid(z) ≥ p exactly where z ≥ log p − log(1 − p). */
function logitOf(probability: number): number {
  if (!(probability > 0 && probability < 1))
    throw new RadversaryError('usage', `Criterion: expected a threshold between 0 and 1, got ${probability}`)
  return Math.log(probability) - Math.log1p(-probability)
}
