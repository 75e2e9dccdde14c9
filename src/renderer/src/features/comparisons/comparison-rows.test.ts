import { expect, test } from 'vitest'
import type { ComparedCell, Comparison } from '../../../../engine/compare/comparison.ts'
import {
  budgetSize,
  cellsCsv,
  cellText,
  columnsOf,
  successCurves,
  transferMatrix,
  varianceCurves,
} from './comparison-rows.ts'

const proportion = (rate: number) => ({ successes: 10 * rate, count: 10, rate, lower: 0.2, upper: 0.8 })
const spread = { mean: 1, variance: 0 }

function cell(changes: Partial<ComparedCell>): ComparedCell {
  return {
    model: 0,
    method: 'smia',
    settings: {},
    budget: '8/255',
    norm: 'Linf',
    secondsPerSlice: 0.5,
    slices: 10,
    metBefore: 0,
    fooled: proportion(0.5),
    meanConfidenceBefore: 0.9,
    meanConfidenceAfter: 0.7,
    meanIterations: 10,
    meanLinf: 0.03,
    meanL2: 1,
    meanPsnr: null,
    meanSsim: 0.9,
    perturbation: spread,
    varianceOverSlices: spread,
    varianceOverIterations: 0,
    iterations: [],
    transfer: [],
    ...changes,
  }
}

const comparison = (cells: readonly ComparedCell[], names = ['one']): Comparison => ({
  schema: 'radversary/comparison/2',
  notice: '',
  exportId: '',
  software: { name: 'Radversary', version: '0' },
  labels: 'file',
  target: null,
  seed: 0,
  images: 1,
  cells,
  failures: [],
  warnings: [],
  models: names.map((name) => ({ name, sha256: '', device: 'cpu' })),
})

test('numbers are told as in the other tables, and what is not there with a dash', () => {
  const compared = comparison([cell({})])
  expect(
    (['fooled', 'interval', 'linf', 'psnr'] as const).map((column) => cellText(compared, cell({}), column)),
  ).toEqual(['50 % (5 of 10)', '20 % – 80 %', '0.0300', '–'])
})

test('models have a column where there are several', () => {
  expect(columnsOf(comparison([]))).not.toContain('model')
  expect(columnsOf(comparison([], ['one', 'two']))).toContain('model')
})

test('success is drawn over budgets in their order, for methods that have two', () => {
  const cells = [
    cell({ budget: '8/255', fooled: proportion(0.8) }),
    cell({ budget: '2/255', fooled: proportion(0.2) }),
    cell({ method: 'fgsm' }),
  ]
  expect(successCurves(cells)).toMatchObject([
    {
      name: 'smia',
      curve: [
        [2 / 255, 0.2],
        [8 / 255, 0.8],
      ],
    },
  ])
})

test('variance is drawn over iterations, for methods that have several', () => {
  const iteration = (at: number) => ({
    iteration: at,
    slices: 10,
    deviation: spread,
    klToSmoothed: spread,
    signAgreement: spread,
    perturbationVariance: { mean: at / 10, variance: 0 },
  })
  const cells = [
    cell({ iterations: [iteration(1), iteration(2)] }),
    cell({ method: 'fgsm', iterations: [iteration(1)] }),
  ]
  expect(varianceCurves(cells)).toMatchObject([
    {
      name: 'smia',
      curve: [
        [1, 0.1],
        [2, 0.2],
      ],
    },
  ])
})

test.each([
  ['8/255', 8 / 255],
  ['0.03', 0.03],
  ['20HU', 20],
  [null, undefined],
])('the size of %s', (text, size) => {
  expect(budgetSize(text)).toBe(size)
})

test('what transfers is a row for each model that it was made on', () => {
  const cells = [
    cell({ transfer: [{ model: 1, slices: 10, metBefore: 0, fooled: proportion(0.3) }] }),
    cell({ model: 1, fooled: proportion(0.9) }),
  ]
  expect(transferMatrix(comparison(cells, ['one', 'two']), 'smia')).toEqual([
    [0.5, 0.3],
    [null, 0.9],
  ])
})

test('saved numbers are whole, and a name with a comma is quoted', () => {
  const [, row] = cellsCsv(comparison([cell({ meanLinf: 1 / 3 })], ['a, b'])).split('\r\n')
  expect(row).toBe(`"a, b",smia,8/255,0,5,0.5,0.2,0.8,0.7,${1 / 3},,0.9,0,0,0,0.5`)
})
