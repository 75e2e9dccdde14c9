import { expect, test } from 'vitest'
import type { ModelCard } from '../../../../core/model/card.ts'
import { goalFor, goalsFor } from './goals.ts'

const card = (task: ModelCard['task'], output: object) => ({ task, output }) as Pick<ModelCard, 'task' | 'output'>
const classifier = card('classification', { classes: ['normal', 'nodule'] })
const detector = card('detection', { classes: ['nodule'] })
const ageModel = card('regression', { value: 'age', unit: 'months' })

test('goals are the classes, and of a detection what may become of boxes', () => {
  expect(goalsFor(classifier, null)).toEqual([
    { value: 'normal', label: 'Towards normal' },
    { value: 'nodule', label: 'Towards nodule' },
  ])
  expect(goalsFor(detector, 'vanish').map(({ value }) => value)).toEqual(['vanish', 'false-positives', 'nodule'])
  expect(goalsFor(ageModel, '90')).toEqual([])
})

test('a goal that the model has not is away from the label', () => {
  expect(goalFor('normal', classifier)).toBe('normal')
  expect(goalFor('normal', detector)).toBeNull()
  expect(goalFor(null, classifier)).toBeNull()
})

test.each(['1', 'nodule=raise,normal = lower', 'normal,nodule=leave'])(
  'a repeated run keeps a goal that is written: %s',
  (goal) => {
    expect(goalFor(goal, classifier)).toBe(goal)
    expect(goalsFor(classifier, goal).at(-1)).toEqual({ value: goal, label: `Towards ${goal}` })
  },
)

test.each(['2', 'nodule=raise,mass=lower', 'vanish', 'none'])('one of another model is none of its goals: %s', (goal) => {
  expect(goalFor(goal, classifier)).toBeNull()
  expect(goalsFor(classifier, goal)).toHaveLength(2)
})

test('boxes of a class, and masks of nothing', () => {
  expect(goalFor('class:nodule', detector)).toBe('class:nodule')
  expect(goalFor('none', card('segmentation', { classes: ['lung'] }))).toBe('none')
})

test('of a value the goal is what is written', () => {
  expect(goalFor('90', ageModel)).toBe('90')
  expect(goalFor('90', classifier)).toBeNull()
})
