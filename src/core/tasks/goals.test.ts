import { expect, test } from 'vitest'
import { classGoals } from './classification/goals.ts'
import type { ClassificationOutput } from './classification/output.ts'
import { gradeGoals } from './ordinal/goals.ts'
import type { OrdinalOutput } from './ordinal/output.ts'

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
    Parameters<typeof classGoals>[1],
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
  [
    'towards a class',
    softmax,
    [1],
    2,
    { targets: [0, 0, 1], name: 'target reached', met: [[1, 0, 2]], not: [[2, 1, 0]] },
  ],
  [
    'away from a yes',
    binary,
    [1],
    undefined,
    { targets: [1], name: 'any label flipped', met: [[-1]], not: [[1]] },
  ],
  ['towards a no', binary, [1], 0, { targets: [0], name: 'labels reached', met: [[-1]], not: [[1]] }],
  // A threshold of 0.8 is a logit of 1.39.
  ['away from several labels', multiLabel, [0, 2], undefined, { targets: [1, 0, 1], name: 'any label flipped', met: [[2, 2, 2], [1, -1, 2]], not: [[2, 1, 2]] }], // prettier-ignore
  ['towards one more label', multiLabel, [0], new Map([[1, 'raise']]), { targets: [1, 1, 0], name: 'labels reached', met: [[-2, 2, 2]], not: [[2, 1, -2]] }], // prettier-ignore
  ['labels raised, lowered and left', multiLabel, [0, 2], new Map([[1, 'raise'], [0, 'lower'], [2, 'leave']]), { targets: [0, 1, 1], name: 'labels reached', met: [[1, 2, 2]], not: [[2, 2, 2], [1, 2, 1], [1, 1, 2]] }], // prettier-ignore
  ['away from no label', multiLabel, [], undefined, { targets: [0, 0, 0], name: 'any label flipped', met: [[2, 0, 0]], not: [[1, 1, 1]] }], // prettier-ignore
])('%s', (_name, head, label, target, { targets, name, met, not }) => {
  const goal = classGoals(head, target).of([{ kind: 'classes', classes: label }], anyGrid)
  expect([...goal.targets.data]).toEqual(targets)
  expect(goal.targeted).toBe(target !== undefined)
  expect(goal.criterion.name).toBe(name)
  for (const logits of met) expect(goal.criterion.isMet(Float32Array.from(logits), 0)).toBe(true)
  for (const logits of not) expect(goal.criterion.isMet(Float32Array.from(logits), 0)).toBe(false)
})

test('the criterion of a batch looks at each sample’s own label', () => {
  const { criterion } = classGoals(softmax, undefined).of(
    [
      { kind: 'classes', classes: [0] },
      { kind: 'classes', classes: [1] },
    ],
    anyGrid,
  )
  expect([0, 1].map((sample) => criterion.isMet(Float32Array.of(2, 1, 0), sample))).toEqual([false, true])
})

const grades = ['0', '1', '2', '3']
const byClass: OrdinalOutput = { name: 'z', activation: 'softmax', gives: 'logits', classes: grades }
const byThreshold: OrdinalOutput = {
  name: 'z',
  activation: 'cumulative-sigmoid',
  gives: 'logits',
  classes: grades,
  threshold: 0.5,
}

test.each<
  [
    string,
    OrdinalOutput,
    { target?: number; least: number },
    { targets: number[]; met: number[][]; not: number[][] },
  ]
>([
  ['away from a grade', byClass, { least: 1 }, { targets: [0, 1, 0, 0], met: [[2, 1, 0, 0], [0, 1, 2, 0]], not: [[0, 1, 0, 0]] }], // prettier-ignore
  ['away by two grades', byClass, { least: 2 }, { targets: [0, 1, 0, 0], met: [[0, 0, 0, 1]], not: [[1, 0, 0, 0], [0, 0, 1, 0]] }], // prettier-ignore
  ['towards a grade', byClass, { target: 3, least: 1 }, { targets: [0, 0, 0, 1], met: [[0, 0, 0, 1]], not: [[0, 0, 1, 0]] }], // prettier-ignore
  ['away from a grade, by thresholds', byThreshold, { least: 1 }, { targets: [1, 0, 0], met: [[-1, -2, -3], [2, 1, -1]], not: [[1, -1, -2]] }], // prettier-ignore
  ['away by two, by thresholds', byThreshold, { least: 2 }, { targets: [1, 0, 0], met: [[2, 1, 1]], not: [[2, 1, -1], [-1, -2, -3]] }], // prettier-ignore
  ['towards a grade, by thresholds', byThreshold, { target: 2, least: 1 }, { targets: [1, 1, 0], met: [[2, 1, -1]], not: [[2, 1, 1], [1, -1, -1]] }], // prettier-ignore
])('%s', (_name, head, { target, least }, { targets, met, not }) => {
  const goal = gradeGoals(head, { target, least }).of([{ kind: 'classes', classes: [1] }], anyGrid)
  expect([...goal.targets.data]).toEqual(targets)
  for (const logits of met) expect(goal.criterion.isMet(Float32Array.from(logits), 0)).toBe(true)
  for (const logits of not) expect(goal.criterion.isMet(Float32Array.from(logits), 0)).toBe(false)
})

test('planes of a change of grades are those of the nearest grades far enough', () => {
  const { criterion } = gradeGoals(byThreshold, { target: undefined, least: 2 }).of(
    [
      { kind: 'classes', classes: [1] },
      { kind: 'classes', classes: [2] },
    ],
    anyGrid,
  )
  expect(criterion.boundary!(0, 3).planes).toEqual([{ terms: [[2, 1]], offset: -0 }])
  expect(criterion.boundary!(1, 3).planes).toEqual([{ terms: [[0, -1]], offset: 0 }])
})
