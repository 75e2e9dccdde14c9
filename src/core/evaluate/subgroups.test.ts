import { expect, test } from 'vitest'
import type { EvaluatedRow } from './robustness.ts'
import { groupOf, notGiven, subgroupColumn, subgroupsOf } from './subgroups.ts'

test('numbers fall into bands by their edges, and what is missing is named', () => {
  const age = subgroupColumn('age=40,65')
  expect(['39.9', '40', '64', '65', ' ', 'old'].map((value) => groupOf(value, age))).toEqual([
    ...['below 40', '40 to below 65', '40 to below 65', '65 and more', notGiven, notGiven],
  ])
  expect(groupOf('F', subgroupColumn('sex'))).toBe('F')
})

test.each(['age=65,40', 'age=x', 'age=', 'age=,40', '=3'])('%s is refused', (text) => {
  expect(() => subgroupColumn(text)).toThrow(/expected COLUMN/)
})

function row(key: string, patient: number, isRight: boolean, success: boolean): EvaluatedRow {
  const said = { isRight, text: '', confidence: null, classes: [], probabilities: [] }
  return { key, patient, success, metBefore: !isRight, label: '', labelled: [], before: said, after: said }
}

test('each group has its own rates, and the smallest is named', () => {
  const rows = [row('a', 1, true, true), row('b', 2, true, false), row('c', 3, false, false)]
  const groups = new Map([['a', 'F'], ['b', 'F']]) // prettier-ignore
  const { groups: found, smallest } = subgroupsOf(subgroupColumn('sex'), groups, { rows, hasLabels: true })
  expect(found.map(({ value, images, patients, clean, worstCase: { fooled } }) => [value, images, patients, clean?.rate, fooled.successes, fooled.count])).toEqual([['F', 2, 2, 1, 1, 2], [notGiven, 1, 1, 0, 0, 0]]) // prettier-ignore
  expect(smallest).toBe(notGiven)
})

test('bands come in their order, and what is missing last', () => {
  const rows = ['a', 'b', 'c', 'd'].map((key, n) => row(key, n, true, false))
  const groups = new Map([['a', '100 and more'], ['b', notGiven], ['c', 'below 40'], ['d', '40 to below 100']]) // prettier-ignore
  const { groups: found } = subgroupsOf(subgroupColumn('age=40,100'), groups, { rows, hasLabels: false })
  expect(found.map(({ value }) => value)).toEqual(['below 40', '40 to below 100', '100 and more', notGiven])
})
