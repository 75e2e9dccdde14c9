import { expect, test } from 'vitest'
import type { ModelCard } from '../../core/model/card.ts'
import type { Study, StudyImage } from './open-study.ts'
import { stackNotices } from './stack-context.ts'

const header = { numberOfFrames: 1, frameStacks: [{ frames: [0] }] }
const stack = Array.from({ length: 3 }, () => ({ header, series: 0 })) as unknown as StudyImage[]
const study = {
  series: [{ notes: [{ kind: 'gap', message: 'a gap' }], orderedBy: 'instance-number' }],
  failures: [{}, {}],
} as unknown as Study

const noticesOf = (card: object) =>
  stackNotices(stack, study, card as Pick<ModelCard, 'input' | 'normalisation'>).map(({ message }) => message)

test('of single images nothing is said of their stack', () => {
  expect(noticesOf({ input: { channels: 1 } })).toEqual([])
})

test('a card that normalises by the whole stack says which files are not of it, and nothing of their order', () => {
  const normalisation = [{ kind: 'z-score', of: 'volume' }]
  expect(noticesOf({ input: { channels: 1 }, normalisation })).toEqual([
    expect.stringMatching(/^2 files of the study can’t be read/),
  ])
})

test('of neighbouring slices length, order and gaps are said too', () => {
  const slices = { count: 5, edge: 'repeat' }
  expect(noticesOf({ input: { channels: 1, slices } })).toEqual([
    expect.stringMatching(/^2 files/),
    'A stack has 3 slices and the model takes 5: its ends are continued.',
    expect.stringMatching(/instance numbers/),
    'Neighbouring slices: a gap.',
  ])
})
