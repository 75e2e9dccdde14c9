import { expect, test } from 'vitest'
import { taskForm } from '../../../../core/tasks/tasks.ts'
import type { ModelCard } from '../../../../core/model/card.ts'
import { comparisonSpec } from '../../../../core/spec/comparison-spec.ts'
import { pageComparison } from '../../../../engine/server/routers/page-requests.ts'
import { comparisonAsked, partsOf, useComparisonForm } from './comparison-form.ts'

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
