import type { ClassLabel } from '../answers.ts'
import { claimOf } from '../claims.ts'
import { classFields } from '../class-fields.ts'
import { canBeClasses, outputContradictions, proposeClasses } from '../class-output.ts'
import { classOfLine, invalidLine, labelColumns, type LabelLine, oneLabel } from '../labels.ts'
import { plainReports, type TaskRules } from '../rules.ts'
import { classAgreement } from './agreement.ts'
import { lossKindOf, predictionsOf, targetsOf } from './heads.ts'
import type { ClassificationOutput } from './output.ts'

/** Class indices as a label. */
function classLabel(classes: readonly number[]): ClassLabel {
  return { kind: 'classes', classes }
}

/**
 * A class by index or name; where classes may overlap several, separated by `;`, or `none`.
 * @throws RadversaryError labels-invalid that names the line.
 */
function classesOfText(
  text: string,
  place: LabelLine,
  { classes, activation }: ClassificationOutput,
): number[] {
  const isMultiLabel = activation === 'multi-label-sigmoid'
  if (isMultiLabel && text === 'none' && !classes.includes(text)) return []
  const label = text.split(';').map((part) => classOfLine(part.trim(), classes, place))
  if (!isMultiLabel && label.length > 1) throw invalidLine(`expected one class, got ${label.length}`, place)
  return label
}

/** What tasks with one answer of classes an image have in common: classes, and grades. */
type ClassTask = TaskRules<'classification' | 'ordinal'>

/** All but what an attack is after, and what a cohort is judged by. */
export const classRules: Omit<ClassTask, 'goal' | 'form' | 'taskAgreement'> = {
  ...plainReports,
  fields: classFields,
  flatLossTip:
    'The loss is flat there, as where a softmax or sigmoid saturates. Attack a difference of logits (apgd-dlr, cw, fab-t), or use a black box (square).',
  canBeOutput: canBeClasses,
  isLikely: () => false,
  propose: proposeClasses,
  contradictions: (card, facts) => outputContradictions(card, facts, false),
  claim: ({ output }) => claimOf(output),
  labels: {
    kind: 'table',
    file: 'labels.csv',
    ...labelColumns,
    read: (rows, { output }) => oneLabel(rows, (text, row) => classesOfText(text, row, output), classLabel),
  },
  predict: ({ output }, _image, logits) => predictionsOf(output, logits),
  ownLoss: ({ output }, logits) => {
    const labels = predictionsOf(output, logits).map(({ classes }) => classes)
    return { kind: lossKindOf(output), terms: [{ target: targetsOf(output, labels), weight: 1 }] }
  },
  agreement: ({ output }, frames) => ({ agreement: classAgreement(frames, output) }),
}
