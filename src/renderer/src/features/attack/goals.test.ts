import { expect, test } from 'vitest'
import type { ModelCard } from '../../../../core/model/card.ts'
import { goalFor, goalsFor } from './goals.ts'

const card = (task: ModelCard['task'], output: object) => ({ task, output }) as Pick<ModelCard, 'task' | 'output'>
const classifier = card('classification', { classes: ['normal', 'nodule'] })
const detector = card('detection', { classes: ['nodule'] })
const ageModel = card('regression', { value: 'age', unit: 'months' })

test('goals are the classes, and of a detection what may become of boxes', () => {
  expect(goalsFor(classifier)).toEqual([
    { value: 'normal', label: 'Towards normal' },
    { value: 'nodule', label: 'Towards nodule' },
  ])
  expect(goalsFor(detector).map(({ value }) => value)).toEqual(['vanish', 'false-positives', 'nodule'])
  expect(goalsFor(ageModel)).toEqual([])
})

test('a goal that the model has not is away from the label', () => {
  expect(goalFor('normal', classifier)).toBe('normal')
  expect(goalFor('normal', detector)).toBeNull()
  expect(goalFor(null, classifier)).toBeNull()
})

test('of a value the goal is what is written', () => {
  expect(goalFor('90', ageModel)).toBe('90')
  expect(goalFor('90', classifier)).toBeNull()
})
