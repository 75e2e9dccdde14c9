import { anyLabelFlipped, labelsReached, misclassified, targetReached, type Criterion } from '../../core/attacks/criteria.ts'
import type { ModelOutput } from '../../core/model/card.ts'
import { targetsOf } from '../../core/model/heads.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import type { Label } from '../labels.ts'

/** What an attack on a batch is after. */
export interface Goal {
  /** [N, K]: the labels, or what is wanted. */
  readonly targets: Tensor
  readonly targeted: boolean
  readonly criterion: Criterion
}

/**
 * Away from the labels or, with a `target`, towards that class. A multi-label head's target is a label to be set; its other labels are
 * meant to stay as they are.
 */
export function goalOf(head: ModelOutput, labels: readonly Label[], target: number | undefined): Goal {
  return target === undefined ? awayFrom(head, labels) : towards(head, labels, target)
}

function awayFrom(head: ModelOutput, labels: readonly Label[]): Goal {
  const targets = targetsOf(head, labels)
  const criterion =
    head.activation === 'softmax' ? misclassified(labels.map(([label = NaN]) => label)) : anyLabelFlipped(targets, head.threshold)
  return { targets, targeted: false, criterion }
}

function towards(head: ModelOutput, labels: readonly Label[], target: number): Goal {
  const wanted = labels.map((label) => (head.activation === 'multi-label-sigmoid' ? [...new Set([...label, target])] : [target]))
  const targets = targetsOf(head, wanted)
  switch (head.activation) {
    case 'softmax':
      return { targets, targeted: true, criterion: targetReached(labels.map(() => target)) }
    case 'binary-sigmoid':
      return { targets, targeted: true, criterion: labelsReached(targets, undefined, head.threshold) }
    case 'multi-label-sigmoid':
      return { targets, targeted: true, criterion: labelsReached(targets, [target], head.threshold) }
  }
}
