import { entry } from '../../entry.ts'
import { gradeOf, targetsOf } from '../classification/heads.ts'
import { labelsReached, misclassified, targetReached } from '../classification/criteria.ts'
import {
  threshold as thresholdPlane,
  type Hyperplane,
  type DecisionBoundary,
} from '../../attacks/decision-boundary.ts'
import type { OrdinalOutput } from './output.ts'
import type { Criterion } from '../../attacks/criterion.ts'

/** The predicted grade differs from the label's by at least `least` grades. */
export function gradeChanged(head: OrdinalOutput, labels: readonly number[], least: number): Criterion {
  return {
    ...facesOfChange(head, labels, least),
    name: least === 1 ? 'grade changed' : `grade changed by at least ${least}`,
    isMet: (logits, sample) => Math.abs(gradeOf(head, logits) - entry(labels, sample)) >= least,
  }
}

/** The predicted grade is the wanted one. */
export function gradeReached(head: OrdinalOutput, wanted: readonly number[]): Criterion {
  return {
    ...reachedAsClasses(head, wanted),
    name: 'grade reached',
    isMet: (logits, sample) => gradeOf(head, logits) === wanted[sample],
  }
}

function reachedAsClasses(head: OrdinalOutput, wanted: readonly number[]): Criterion {
  if (head.activation === 'softmax') return targetReached(wanted)
  const truth = targetsOf(
    head,
    wanted.map((grade) => [grade]),
  )
  return labelsReached(truth, undefined, head.threshold)
}

/**
 * Planes where there are some: with thresholds that fall, those of the nearest grades that are far enough; a
 * class's is exact for one grade.
 */
function facesOfChange(
  head: OrdinalOutput,
  labels: readonly number[],
  least: number,
): Pick<Criterion, 'boundary'> {
  if (head.activation === 'softmax') return least === 1 ? misclassified(labels) : {}
  const bar = Math.log(head.threshold) - Math.log1p(-head.threshold)
  return {
    boundary: (sample) => gradeBoundary(entry(labels, sample), { least, bar, grades: head.classes.length }),
  }
}

function gradeBoundary(
  label: number,
  { least, bar, grades }: { least: number; bar: number; grades: number },
): DecisionBoundary {
  const planes: Hyperplane[] = []
  if (label + least < grades) planes.push(thresholdPlane(label + least - 1, { bar, set: true }))
  if (label - least >= 0) planes.push(thresholdPlane(label - least, { bar, set: false }))
  return { need: 'any', planes }
}
