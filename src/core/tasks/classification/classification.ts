import { entry } from '../../entry.ts'
import { aucOf } from '../../evaluate/auc.ts'
import { classesOfAnswer } from '../answers.ts'
import { claimOf } from '../claims.ts'
import { canBeClasses, classRequirements, outputContradictions, proposeClasses } from '../class-output.ts'
import { labelColumns, oneLabel } from '../labels.ts'
import { plainReports, type TaskRules } from '../rules.ts'
import { classAgreement } from './agreement.ts'
import { classificationGoal } from './goals.ts'
import { lossKindOf, predictionsOf, targetsOf } from './heads.ts'
import { classLabel, classesOfText } from './labels.ts'

/** One class of several, yes or no, or labels that may overlap, for each image. */
export const classification: TaskRules<'classification'> = {
  ...plainReports,
  requires: classRequirements,
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
  goal: ({ output }, request) => classificationGoal(output, request),
  form: () => ({ target: { kind: 'class', words: [] }, criteria: [], losses: [] }),
  agreement: ({ output }, frames) => ({ agreement: classAgreement(frames, output) }),
  taskAgreement: ({ output }, rows) => {
    if (output.activation !== 'multi-label-sigmoid') return undefined
    const auc = output.classes.map((label, k) => {
      const scores = rows.map(({ predicted }) => entry(predicted.probabilities, k))
      return { label, ...aucOf(scores, rows.map((row) => classesOfAnswer(row.label).includes(k))) } // prettier-ignore
    })
    return { auc }
  },
}
