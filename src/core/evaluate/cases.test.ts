import { expect, test } from 'vitest'
import { chooseCases } from './cases.ts'
import type { EvaluatedRow } from './robustness.ts'

function row(key: string, confidence: number, success: boolean, metBefore = false): EvaluatedRow {
  const said = { isRight: true, text: '', confidence, classes: [], probabilities: [] }
  return { key, patient: 1, success, metBefore, label: '', labelled: [], before: said, after: said }
}

test('the surest wrong answer, the one in the middle and the shakiest right one are shown', () => {
  const rows = [row('a', 0.6, true), row('b', 0.9, true), row('c', 0.7, true), row('d', 0.8, false), row('e', 0.5, false), row('f', 1, true, true)] // prettier-ignore
  expect(chooseCases(rows).map(({ kind, row: { key } }) => [kind, key])).toEqual([
    ['worst', 'b'],
    ['median', 'c'],
    ['withstood', 'e'],
  ])
  expect(chooseCases([row('a', 0.6, true)]).map(({ kind }) => kind)).toEqual(['worst'])
  expect(chooseCases([])).toEqual([])
})
