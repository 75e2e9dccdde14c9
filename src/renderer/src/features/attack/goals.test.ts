import { expect, test } from 'vitest'
import { taskForm } from '../../../../core/tasks/tasks.ts'
import type { ModelCard } from '../../../../core/model/card.ts'
import { goalOf, goalsFor, goalSpecOf, presetFor } from './goals.ts'

const model = (task: ModelCard['task'], output: object) => {
  const card = { task, output } as unknown as ModelCard
  return { card, form: taskForm(card) }
}
const classifier = model('classification', { classes: ['normal', 'nodule'] })
const detector = model('detection', { classes: ['nodule'] })

test('goals are the classes, and of a detection what may become of boxes', () => {
  expect(goalsFor(classifier, null)).toEqual([
    { value: 'normal', label: 'Towards normal' },
    { value: 'nodule', label: 'Towards nodule' },
  ])
  expect(goalsFor(detector, 'vanish').map(({ value }) => value)).toEqual([
    'vanish',
    'false-positives',
    'nodule',
  ])
})

test('a repeated run’s goal is among them, though it is offered nowhere', () => {
  const goal = 'nodule=raise,normal=lower'
  expect(goalsFor(classifier, goal).at(-1)).toEqual({ value: goal, label: `Towards ${goal}` })
})

test('a goal is that of the model that it was chosen for, and no other’s', () => {
  const chosen = { model: 'chest', goal: 'nodule' }
  expect(goalOf(chosen, 'chest')).toBe('nodule')
  expect(goalOf(chosen, 'hands')).toBeNull()
  expect(goalOf(chosen, undefined)).toBeNull()
  expect(goalOf(null, undefined)).toBeNull()
})

const held = { goal: null, targetMasks: '/wanted', criterion: ' dice>=0.8 ', loss: 'dice' }
const segmenter = model('segmentation', { classes: ['lung'] })
const grader = model('ordinal', { classes: ['none', 'severe'] })
const dater = model('regression', { value: 'age', unit: 'months', tolerance: 6 })

test('a form asks what the model’s task has, and leaves out what it holds of others', () => {
  const { targetMasks } = held
  expect(goalSpecOf(held, 'organs', segmenter)).toEqual({ targetMasks, criterion: 'dice>=0.8', loss: 'dice' })
  expect(goalSpecOf(held, 'chest', classifier)).toEqual({})
  expect(goalSpecOf(held, 'grades', grader)).toEqual({ criterion: 'dice>=0.8' })
  const lung = { ...held, goal: { model: 'organs', goal: 'lung' }, criterion: '  ' }
  expect(goalSpecOf(lung, 'organs', segmenter)).toEqual({ target: 'lung', loss: 'dice' })
})

test.each([
  [segmenter, {}, 'dice<0.5'],
  [segmenter, { targetMasks: '/wanted' }, 'dice>=0.9'],
  [grader, {}, 'change>=1'],
  [grader, { target: 'none' }, undefined],
  [detector, { target: 'false-positives' }, 'boxes>=1'],
  [detector, {}, undefined],
  [dater, {}, 'change>6'],
  [dater, { target: '90' }, 'within 6'],
  [classifier, {}, undefined],
])('the criterion of %j with %j is %s unless another is given', (asked, aim, preset) => {
  expect(presetFor(asked, aim)).toBe(preset)
})
