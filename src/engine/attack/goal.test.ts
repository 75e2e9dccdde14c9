import { expect, test } from 'vitest'
import type { ClassificationOutput } from '../../core/model/card.ts'
import { classGoals } from './goal.ts'

const classes = ['a', 'b', 'c']
const softmax: ClassificationOutput = { name: 'z', activation: 'softmax', gives: 'logits', classes }
const binary: ClassificationOutput = {
  name: 'z',
  activation: 'binary-sigmoid',
  gives: 'logits',
  classes: ['no', 'yes'],
  threshold: 0.5,
}
const multiLabel: ClassificationOutput = {
  name: 'z',
  activation: 'multi-label-sigmoid',
  gives: 'logits',
  classes,
  threshold: 0.8,
}

const anyGrid = { image: [1, 1], logits: [1, 3] } as const

test.each<
  [
    string,
    ClassificationOutput,
    number[],
    number | undefined,
    { targets: number[]; name: string; met: number[][]; not: number[][] },
  ]
>([
  [
    'away from a class',
    softmax,
    [1],
    undefined,
    { targets: [0, 1, 0], name: 'misclassified', met: [[2, 1, 0]], not: [[1, 2, 0]] },
  ],
  ['towards a class', softmax, [1], 2, { targets: [0, 0, 1], name: 'target reached', met: [[1, 0, 2]], not: [[2, 1, 0]] }],
  ['away from a yes', binary, [1], undefined, { targets: [1], name: 'any label flipped', met: [[-1]], not: [[1]] }],
  ['towards a no', binary, [1], 0, { targets: [0], name: 'labels reached', met: [[-1]], not: [[1]] }],
  // A threshold of 0.8 is a logit of 1.39.
  ['away from several labels', multiLabel, [0, 2], undefined, { targets: [1, 0, 1], name: 'any label flipped', met: [[2, 2, 2], [1, -1, 2]], not: [[2, 1, 2]] }], // prettier-ignore
  ['towards one more label', multiLabel, [0], 1, { targets: [1, 1, 0], name: 'labels reached', met: [[-2, 2, 2]], not: [[2, 1, -2]] }], // prettier-ignore
  ['away from no label', multiLabel, [], undefined, { targets: [0, 0, 0], name: 'any label flipped', met: [[2, 0, 0]], not: [[1, 1, 1]] }], // prettier-ignore
])('%s', (_name, head, label, target, { targets, name, met, not }) => {
  const goal = classGoals(head, target).of([{ classes: label }], anyGrid)
  expect([...goal.targets.data]).toEqual(targets)
  expect(goal.targeted).toBe(target !== undefined)
  expect(goal.criterion.name).toBe(name)
  for (const logits of met) expect(goal.criterion.isMet(Float32Array.from(logits), 0)).toBe(true)
  for (const logits of not) expect(goal.criterion.isMet(Float32Array.from(logits), 0)).toBe(false)
})

test('the criterion of a batch looks at each sample’s own label', () => {
  const { criterion } = classGoals(softmax, undefined).of([{ classes: [0] }, { classes: [1] }], anyGrid)
  expect([0, 1].map((sample) => criterion.isMet(Float32Array.of(2, 1, 0), sample))).toEqual([false, true])
})
