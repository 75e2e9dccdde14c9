import { expect, test } from 'vitest'
import type { ModelCard } from '../../../../core/model/card.ts'
import { attackSpec } from '../../../../core/spec/attack-spec.ts'
import { taskForm } from '../../../../core/tasks/tasks.ts'
import { methodsHelp } from '../../../../engine/attack/method-settings.ts'
import { pageAttack } from '../../../../engine/server/routers/page-requests.ts'
import { runRequest } from '../../../../engine/server/runs/run-request.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { fillForm, scopeFor, scopesFor, useAttackForm } from './attack-form.ts'
import { goalOf } from './goals.ts'
import { attackAsked } from './attack-asked.ts'

type Request = Parameters<typeof fillForm>[0]

test('a run’s settings and its goal, whatever it is, fill the form for its model', () => {
  const settings = {
    model: 'chest',
    method: 'pgd',
    settings: { steps: 20 },
    seed: 3,
    earlyStop: true,
    name: 'Twenty',
    paths: [],
  }
  fillForm({ ...settings, target: 'Edema=raise,Mass=lower' } as unknown as Request)
  const form = useAttackForm.getState()
  expect(form).toMatchObject({
    method: 'pgd',
    settings: { pgd: { steps: '20' } },
    seed: 3,
    earlyStop: true,
    labels: '',
  })
  expect(goalOf(form.goal, 'chest')).toBe('Edema=raise,Mass=lower')
  expect(goalOf(form.goal, 'hands')).toBeNull()
})

const study = '0123456789abcdef'
const pgd = methodsHelp().find(({ name }) => name === 'pgd')!
const card = {
  task: 'segmentation',
  input: { slices: { count: 3, edge: 'repeat' } },
  output: { classes: ['lung'] },
  defence: [{ kind: 'noise', at: 'input', sigma: 0.25, votes: 8, seed: 0 }],
} as unknown as ModelCard
const segmenter = { card, form: taskForm(card), isQuantised: true }

test('a form that nobody touched asks for what the schema has as presets', () => {
  const asked = attackAsked(useAttackForm.getInitialState(), {
    method: pgd,
    model: 'organs',
    labels: '',
    known: segmenter,
  })
  const { study: _, model, ...spec } = pageAttack.parse({ ...asked, study })
  expect(model).toBe('organs')
  expect(spec).toEqual({
    method: 'pgd',
    settings: {},
    seed: 0,
    earlyStop: false,
    forceIntensity: false,
    batch: 4,
    exports: ['series', 'perturbation', 'smoothed', 'masksBefore', 'masksAfter'],
  })
})

test('every field that a run was started with is in the form, and what the form asks is that run again', () => {
  const spec = {
    method: 'pgd',
    settings: { epsilon: '4/255', steps: 3 },
    labels: '/masks',
    targetMasks: '/wanted',
    criterion: 'dice>=0.8',
    loss: 'dice',
    seed: 7,
    earlyStop: true,
    batch: 2,
    slices: 5,
    straightThrough: true,
    eot: 4,
    oblivious: true,
  }
  const forced = { forceIntensity: false, forceReferences: true }
  // What is exported is chosen then.
  const rest = { images: ['1.2'], exports: ['series'], pictures: ['png'], ...forced, region: 'region.npy' }
  const kept = { name: 'Again', created: '2026-01-02T03:04:05.000Z', paths: ['/study'], model: 'organs' }
  const device = { name: 'cpu', threads: 1 }
  const request = runRequest.parse({ ...kept, ...spec, ...rest, device })
  expect(Object.keys(attackSpec.shape).filter((field) => !(field in request))).toEqual(['target'])

  fillForm(request)
  const form = useAttackForm.getState()
  const asked = attackAsked(form, { method: pgd, model: 'organs', labels: form.labels, known: segmenter })
  const { model } = kept
  const again = pageAttack.parse({ ...asked, study })
  expect(again).toMatchObject({ ...spec, model })
  // Named anew: it may be changed before it is started.
  expect(again.name).toBeUndefined()

  fillForm({ ...request, targetMasks: undefined, target: 'lung' })
  const towards = { method: pgd, model: 'organs', labels: form.labels, known: segmenter }
  expect(attackAsked(useAttackForm.getState(), towards).target).toBe('lung')
})

const images = [
  { index: 5, frames: 1 },
  { index: 6, frames: 30 },
]
const studies = [{ id: 'ct', series: [{ index: 2, images }] }] as unknown as StudyInfo[]
const at = (image: number) => ({ studies, slice: { study: 'ct', series: 2, slice: 0, image, frame: 0 } })
const single = { task: 'classification', input: {} } as const
const stacked = { task: 'classification', input: { slices: { count: 3, edge: 'repeat' } } } as const

test('a model of single images can attack one', () => {
  expect(scopesFor({ card: single, ...at(5) })).toEqual(['study', 'series', 'slice'])
  expect(scopesFor({ card: undefined, studies, slice: undefined })).toEqual(['study', 'series', 'slice'])
})

test('one that sees slices with their neighbours takes the series, or an image that is a stack by itself', () => {
  expect(scopesFor({ card: stacked, ...at(5) })).toEqual(['study', 'series'])
  expect(scopesFor({ card: stacked, ...at(6) })).toEqual(['study', 'series', 'slice'])
})

test('the series is attacked where the image that was chosen can’t be', () => {
  expect(scopeFor('slice', { card: stacked, ...at(5) })).toBe('series')
  expect(scopeFor('slice', { card: single, ...at(5) })).toBe('slice')
  expect(scopeFor('study', { card: stacked, ...at(5) })).toBe('study')
})
