import { expect, test } from 'vitest'
import type { ComparedMethod } from '../../core/spec/comparison-spec.ts'
import { planCells } from './plan-cells.ts'

const budgets = { Linf: ['2/255', '8/255'], L2: ['1'] }
const method = (name: string, settings: ComparedMethod['settings'] = {}) => ({ name, settings })

test('every model has every method at every budget of the method’s norm', () => {
  const cells = planCells(2, [method('pgd'), method('pgd-l2')], budgets)
  expect(cells.map(({ model, method: { name }, budget, norm }) => [model, name, budget, norm])).toEqual(
    [0, 1].flatMap((model) => [
      [model, 'pgd', '2/255', 'Linf'],
      [model, 'pgd', '8/255', 'Linf'],
      [model, 'pgd-l2', '1', 'L2'],
    ]),
  )
})

test('a step goes with the budget, as the presets have it, unless it was given', () => {
  const stepOf = (settings: ComparedMethod['settings']) =>
    planCells(1, [method('smia', settings)], budgets).map((cell) => cell.method.settings['stepSize'])
  // 2/255 at 8/255 is a quarter.
  expect(stepOf({}).map(Number)).toEqual([expect.closeTo(0.5 / 255, 12), expect.closeTo(2 / 255, 12)])
  expect(stepOf({ stepSize: '1/255' })).toEqual(['1/255', '1/255'])
})

test('a method without a budget, or with one among its settings, is there once', () => {
  const cells = planCells(1, [method('smia-reference'), method('fgsm', { epsilon: '3/255' })], budgets)
  expect(cells.map(({ method: { name }, budget }) => [name, budget])).toEqual([
    ['smia-reference', null],
    ['fgsm', '3/255'],
  ])
})

test('without budgets for its norm a method has its preset', () => {
  const [cell] = planCells(1, [method('pgd-l2')], { Linf: ['8/255'], L2: [] })
  expect(cell).toMatchObject({ budget: '3', norm: 'L2' })
})

test.each([
  ['no method', [], /expected at least one method/],
  ['a method that there is not', [method('bim')], /Method: expected .*, got bim/],
  ['a setting that there is not', [method('fgsm', { alpha: 1 })], /expected its own settings/],
])('%s is refused before anything is opened', (_, methods, message) => {
  expect(() => planCells(1, methods, budgets)).toThrow(message)
})
