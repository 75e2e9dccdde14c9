import { classFields } from '../class-fields.ts'
import { claimOf } from '../claims.ts'
import { canBeClasses, outputContradictions, proposeClasses } from '../class-output.ts'
import { labelColumns, oneLabel } from '../labels.ts'
import { plainReports, type TaskRules } from '../rules.ts'
import { classAgreement } from './agreement.ts'
import { lossKindOf, predictionsOf, targetsOf } from './heads.ts'
import { classLabel, classesOfText } from './labels.ts'

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
