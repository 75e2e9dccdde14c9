import { expect, test } from 'vitest'
import { volumeOfInput } from '../../../../core/model/volume.ts'
import { methodOptions, methodsFor } from './method-options.ts'

const methods = [
  { name: 'smia', title: 'SMIA', group: 'Gradient steps', stacks: true },
  { name: 'square', title: 'Square (Linf)', group: 'Black box', stacks: false },
  { name: 'pgd', title: 'PGD', group: 'Gradient steps', stacks: true },
  { name: 'segpgd', title: 'SegPGD', group: 'Segmentations', stacks: true, tasks: ['segmentation'] },
] as const
const namesFor = (...cards: Parameters<typeof methodsFor>[0]) =>
  methodsFor(cards, methods).map(({ name }) => name)

test('methods of other tasks are not offered', () => {
  const [classifier, segmentation] = [
    { task: 'classification', input: {} },
    { task: 'segmentation', input: {} },
  ] as const
  expect(namesFor()).toEqual(['smia', 'square', 'pgd', 'segpgd'])
  expect(namesFor(classifier)).toEqual(['smia', 'square', 'pgd'])
  expect(namesFor(segmentation)).toEqual(['smia', 'square', 'pgd', 'segpgd'])
  expect(namesFor(classifier, segmentation)).toEqual(['smia', 'square', 'pgd'])
})

test('nor, for models that see neighbouring slices, methods that take each image for itself', () => {
  const volume = volumeOfInput.parse({ patch: [8, 8, 8] })
  const step = { kind: 'clip', at: 'image', region: { kind: 'all' }, outside: 'keep' } as const
  const normalisation = [{ ...step, of: 'volume', percentiles: [1, 99] as [number, number] }] as const
  const cards = [
    { input: { slices: { count: 3, edge: 'repeat' } } },
    { input: { volume } },
    { input: { channels: [{ kind: 'slice', slice: -1, edge: 'repeat' }] } },
    { input: {}, normalisation },
  ] as const
  for (const card of cards)
    expect(namesFor({ task: 'segmentation', ...card })).toEqual(['smia', 'pgd', 'segpgd'])
})

test('a list is by kind', () => {
  expect(methodOptions(methods)).toEqual([
    {
      group: 'Gradient steps',
      items: [
        { value: 'smia', label: 'SMIA' },
        { value: 'pgd', label: 'PGD' },
      ],
    },
    { group: 'Black box', items: [{ value: 'square', label: 'Square (Linf)' }] },
    { group: 'Segmentations', items: [{ value: 'segpgd', label: 'SegPGD' }] },
  ])
})
