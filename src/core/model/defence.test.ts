import { expect, test } from 'vitest'
import { defenceOfCard } from './defence.ts'
import { answerIssues, defenceIssues } from './defence-fields.ts'

const defence = (...steps: object[]) => defenceOfCard.parse(steps)
const at = (issues: readonly { readonly path: readonly (string | number)[] }[]) =>
  issues.map(({ path }) => path.join('.'))
const input = {}

test('a card that contradicts its defence is told where', () => {
  const onImage = { kind: 'jpeg', at: 'image' }
  expect(defenceIssues({ input, defence: defence(onImage, { kind: 'noise' }) })).toEqual([])
  expect(at(defenceIssues({ input, clip: false, defence: defence(onImage) }))).toEqual(['defence'])
  expect(at(defenceIssues({ input: { volume: {} }, defence: defence({ kind: 'jpeg' }) }))).toEqual([
    'defence.0.at',
  ])
  const late = { input, defence: defence({ kind: 'median' }, onImage) }
  expect(at(defenceIssues(late))).toEqual(['defence.1.at'])
})

test('models that answer for places keep every pixel in its place', () => {
  const moved = defence({ kind: 'resize-pad' }, { kind: 'noise', votes: 2 })
  expect(at(answerIssues({ task: 'segmentation', defence: moved }, true))).toEqual(['defence.0.kind'])
  expect(at(answerIssues({ task: 'detection', defence: moved }, false))).toEqual([
    'defence.0.kind',
    'defence.1.votes',
  ])
  expect(answerIssues({ task: 'classification', defence: moved }, false)).toEqual([])
})
