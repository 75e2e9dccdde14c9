import { entry } from '../../entry.ts'
import { gradeAgreement } from '../../evaluate/grades.ts'
import { classesOfAnswer } from '../answers.ts'
import { classAgreement } from '../classification/agreement.ts'
import { classification } from '../classification/classification.ts'
import { lossKindOf, predictionsOf, targetsOf } from '../classification/heads.ts'
import { classLabel, classesOfText } from '../classification/labels.ts'
import { claimOf } from '../claims.ts'
import { canBeClasses, classRequirements, outputContradictions, proposeClasses } from '../class-output.ts'
import { labelColumns, oneLabel } from '../labels.ts'
import { plainReports, type TaskRules } from '../rules.ts'
import { ordinalGoal } from './goals.ts'

/** A grade of an ordered scale for each image. */
export const ordinal: TaskRules<'ordinal'> = {
  ...plainReports,
  requires: classRequirements,
  flatLossTip: classification.flatLossTip,
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
  goal: ({ output }, request) => ordinalGoal(output, request),
  form: () => ({
    target: { kind: 'class', words: [] },
    criteria: [{ of: 'away', criterion: 'change>=1' }],
    losses: [],
  }),
  agreement: ({ output }, frames) => ({ agreement: classAgreement(frames, output) }),
  taskAgreement: (_card, rows) => ({
    grades: gradeAgreement(
      rows.map(({ label, predicted }) => [entry(classesOfAnswer(label), 0), entry(predicted.classes, 0)]),
    ),
  }),
}
