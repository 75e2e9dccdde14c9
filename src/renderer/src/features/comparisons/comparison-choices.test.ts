import { expect, test } from 'vitest'
import { choicesOf, ticksAfter } from './comparison-choices.ts'

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
    card: { task: 'segmentation', input: { slices: { count: 3 } } },
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
