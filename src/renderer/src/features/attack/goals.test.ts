import { expect, test } from 'vitest'
import type { ModelCard } from '../../../../core/model/card.ts'
import { goalOf, goalsFor } from './goals.ts'

const card = (task: ModelCard['task'], output: object) =>
  ({ task, output }) as Pick<ModelCard, 'task' | 'output'>
const classifier = card('classification', { classes: ['normal', 'nodule'] })
const detector = card('detection', { classes: ['nodule'] })

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
