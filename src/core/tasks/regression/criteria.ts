import { entry } from '../../entry.ts'
import type { Hyperplane } from '../../attacks/decision-boundary.ts'
import type { RegressionOutput } from './output.ts'
import type { Criterion } from '../../attacks/criterion.ts'

type Scale = Pick<RegressionOutput, 'scale' | 'offset' | 'unit'>

/** The predicted value differs from the label's by more than the tolerance, in the card's unit. */
export function valueChanged(head: Scale, labels: readonly number[], tolerance: number): Criterion {
  return {
    name: `value changed by more than ${inUnit(tolerance, head)}`,
    isMet: (logits, sample) => Math.abs(valueOf(head, logits) - entry(labels, sample)) > tolerance,
    boundary: (sample) => ({
      need: 'any',
      planes: [
        above(head, entry(labels, sample) + tolerance),
        below(head, entry(labels, sample) - tolerance),
      ],
    }),
  }
}

/** The predicted value is the wanted one, to the tolerance. */
export function valueReached(head: Scale, wanted: readonly number[], tolerance: number): Criterion {
  return {
    name: `value reached to ${inUnit(tolerance, head)}`,
    isMet: (logits, sample) => Math.abs(valueOf(head, logits) - entry(wanted, sample)) <= tolerance,
    boundary: (sample) => ({
      need: 'all',
      planes: [
        above(head, entry(wanted, sample) - tolerance),
        below(head, entry(wanted, sample) + tolerance),
      ],
    }),
  }
}

function valueOf({ scale, offset }: Scale, logits: Float32Array): number {
  return scale * entry(logits, 0) + offset
}

function above({ scale, offset }: Scale, bar: number): Hyperplane {
  return { terms: [[0, scale]], offset: offset - bar }
}

function below({ scale, offset }: Scale, bar: number): Hyperplane {
  return { terms: [[0, -scale]], offset: bar - offset }
}

function inUnit(value: number, { unit }: Scale): string {
  return unit === '' ? String(value) : `${value} ${unit}`
}
