import type { CardField } from '../../model/card-fields.ts'
import { canBeClasses, outputContradictions } from '../class-output.ts'
import { invalidLine, labelColumns, type LabelLine, oneLabel } from '../labels.ts'
import { otherLossTip, plainReports, type TaskRules } from '../rules.ts'
import { regressionGoal, valuePredictions } from './goals.ts'

const fields: readonly CardField[] = [
  {
    field: 'output.value',
    label: 'What the number is',
    reason: 'Tables and charts name it.',
    example: '"bone age"',
    unsaid: () => 'a model file does not say what its number is',
  },
  { field: 'output.unit', label: 'Unit', reason: 'Labels are read in this unit.', example: '"months"' },
  {
    field: 'output.scale',
    label: 'Scale',
    reason: 'Networks trained on standardised values give them in standard deviations.',
    example: '41.2',
  },
  {
    field: 'output.offset',
    label: 'Offset',
    reason: 'The mean of the values that the network was trained on.',
    example: '127.3',
  },
  {
    field: 'output.tolerance',
    label: 'Change that matters',
    reason: 'An attack has succeeded when the value changes by more.',
    example: '6',
    unsaid: () => 'how large a change matters is for you to say, in output.unit',
  },
]

/** A number for each image, in the card's unit. */
export const regression: TaskRules<'regression'> = {
  ...plainReports,
  fields,
  flatLossTip: otherLossTip,
  canBeOutput: canBeClasses,
  isLikely: () => false,
  propose: (_facts, output) => (output === undefined ? {} : { name: output.name }),
  contradictions: (card, facts) => outputContradictions(card, facts, false),
  claim: () => undefined,
  labels: {
    kind: 'table',
    file: 'labels.csv',
    ...labelColumns,
    read: (rows) => oneLabel(rows, valueOfText, (value) => ({ kind: 'value', value })),
  },
  predict: ({ output }, _image, logits) => valuePredictions(output, logits),
  ownLoss: (_card, { shape, data }) => ({
    kind: 'dot',
    terms: [{ target: { shape, data: data.map(() => 1) }, weight: 1 }],
  }),
  goal: ({ output }, request) => regressionGoal(output, request),
  form: ({ output: { value, unit, tolerance } }) => ({
    target: { kind: 'value', name: value, unit },
    criteria: [
      { of: 'away', criterion: `change>${tolerance}` },
      { of: 'towards', criterion: `within ${tolerance}` },
    ],
    losses: ['mse', 'huber'],
  }),
  agreement: () => ({}),
  taskAgreement: (_card, rows) => {
    const errors = rows.map(({ label, predicted }) =>
      label.kind === 'value' ? Math.abs((predicted.value ?? NaN) - label.value) : NaN,
    )
    return { meanAbsoluteError: errors.reduce((sum, error) => sum + error, 0) / errors.length }
  },
}

function valueOfText(text: string, place: LabelLine): number {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value)) return value
  throw invalidLine(`expected a number, got "${text}"`, place)
}
