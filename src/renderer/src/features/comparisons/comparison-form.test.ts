import { expect, test } from 'vitest'
import type { ModelCard } from '../../../../core/model/card.ts'
import { comparisonSpec } from '../../../../core/spec/comparison-spec.ts'
import { taskForm } from '../../../../core/tasks/tasks.ts'
import { pageComparison } from '../../../../engine/server/routers/page-requests.ts'
import {
  choicesOf,
  comparisonAsked,
  comparisonProblems,
  partsOf,
  ticksAfter,
  useComparisonForm,
} from './comparison-form.ts'

test('budgets are separated by spaces or semicolons, and nothing is none', () => {
  expect(partsOf(' 1/255 8/255;20HU ')).toEqual(['1/255', '8/255', '20HU'])
  expect(partsOf('  ')).toEqual([])
})

const card = { task: 'segmentation', input: {}, output: { classes: ['lung'] } } as unknown as ModelCard
const compared = {
  models: ['organs', 'other'],
  methods: ['pgd', 'fgsm'],
  labels: '/masks',
  known: { card, form: taskForm(card) },
  isOfStacks: true,
  isQuantised: false,
  defended: [],
}

test('what the form holds is asked for, each field by its name', () => {
  const asked = comparisonAsked(
    {
      ...useComparisonForm.getInitialState(),
      targetMasks: '/wanted',
      criterion: 'dice>=0.8',
      loss: 'dice',
      settings: 'pgd.steps=3; pgd.restarts=2',
      budgets: '1/255',
      budgetsL2: '0.5',
      seed: 7,
      earlyStop: true,
      batch: 2,
      slices: 5,
    },
    compared,
  )
  const { study, ...spec } = pageComparison.parse({ ...asked, study: '0123456789abcdef' })
  expect(study).toBe('0123456789abcdef')
  expect(comparisonSpec.parse(spec)).toEqual({
    models: compared.models,
    labels: '/masks',
    transfer: true,
    forceIntensity: false,
    methods: [
      { name: 'pgd', settings: { steps: '3', restarts: '2' } },
      { name: 'fgsm', settings: {} },
    ],
    budgets: { Linf: ['1/255'], L2: ['0.5'] },
    seed: 7,
    earlyStop: true,
    batch: 2,
    slices: 5,
    targetMasks: '/wanted',
    criterion: 'dice>=0.8',
    loss: 'dice',
  })
})

test('a setting of a method that is not compared is refused', () => {
  const form = { ...useComparisonForm.getInitialState(), settings: 'smia.alpha=0.5' }
  expect(() => comparisonAsked(form, compared)).toThrow('got smia.alpha=0.5')
})

const common = { group: 'any', title: 'Any', stacks: true, compares: true }
const methods = [
  { name: 'smia', ...common },
  { name: 'pgd', ...common },
  { name: 'segpgd', tasks: ['segmentation' as const], ...common },
]
const models = [
  {
    name: 'organs',
    card: { task: 'segmentation', input: {} },
    form: { labels: { kind: 'masks', file: 'masks' } },
  },
  {
    name: 'findings',
    card: { task: 'classification', input: {} },
    form: { labels: { kind: 'table', file: 'labels.csv' } },
  },
] as const
const chosenOf = (...ticked: [models: string[], methods: string[]]) =>
  choicesOf({ models: ticked[0], methods: ticked[1] }, { models, methods }).chosen

test('a ticked method that does not suit the models is neither offered nor compared, and is again with models that it suits', () => {
  const ticks = ['segpgd', 'smia']
  expect(chosenOf(['organs'], ticks).methods).toEqual(['segpgd', 'smia'])
  expect(chosenOf(['organs', 'findings'], ticks).methods).toEqual(['smia'])
  const { offered } = choicesOf({ models: ['findings'], methods: ticks }, { models, methods })
  expect(offered.methods.map(({ name }) => name)).toEqual(['smia', 'pgd'])
  expect(chosenOf(['organs'], ticks).methods).toEqual(['segpgd', 'smia'])
})

test('ticks of methods that are not offered outlast a change of the others', () => {
  const { offered } = choicesOf({ models: ['findings'], methods: [] }, { models, methods })
  expect(ticksAfter(['segpgd', 'smia'], offered.methods, ['pgd'])).toEqual(['segpgd', 'pgd'])
})

test('a model that is no longer there is not compared', () => {
  const { chosen, labels } = choicesOf(
    { models: ['gone', 'findings'], methods: ['smia'] },
    { models, methods },
  )
  expect(chosen).toEqual({ models: ['findings'], methods: ['smia'] })
  expect(labels?.file).toBe('labels.csv')
})

test('nothing is compared before the models and methods are known', () => {
  const none = choicesOf({ models: ['organs'], methods: ['smia'] }, { models: [], methods: [] })
  expect(none.chosen).toEqual({ models: [], methods: [] })
})

test('with models of neighbouring slices, methods for single images are not offered; nor ever those that fit features', () => {
  const slices = {
    name: 'slices',
    card: { task: 'segmentation', input: { slices: { count: 3, edge: 'repeat' } } },
    form: models[0].form,
  } as const
  const known = {
    models: [...models, slices],
    methods: [
      ...methods,
      { name: 'square', ...common, stacks: false },
      { name: 'hfc', ...common, compares: false },
    ],
  }
  const offeredFor = (chosen: string[]) => choicesOf({ models: chosen, methods: [] }, known).offered
  expect(offeredFor([]).models).toEqual(['organs', 'findings', 'slices'])
  expect(offeredFor(['organs']).methods.map(({ name }) => name)).toEqual(['smia', 'pgd', 'segpgd', 'square'])
  expect(offeredFor(['organs', 'slices']).methods.map(({ name }) => name)).toEqual(['smia', 'pgd', 'segpgd'])
})

test('why a comparison can’t be started is said for each part of the form', () => {
  const fine = { budgets: '2/255 20HU', budgetsL2: '3' }
  expect(comparisonProblems({ models: ['organs'], methods: ['pgd'] }, fine)).toEqual([])
  expect(comparisonProblems({ models: [], methods: [] }, { budgets: '2/255 8', budgetsL2: '0' })).toEqual([
    'Choose a model first.',
    'Choose a method first.',
    '8: expected a unit: 8 is 800% of the intensity range, 8/255 is 8 grey levels',
    '0: expected more than 0',
  ])
})
