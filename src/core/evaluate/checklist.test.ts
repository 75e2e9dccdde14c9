import { expect, test } from 'vitest'
import { checklistOf, lateRiseOf, type CheckedCell } from './checklist.ts'
import { wilsonInterval } from './statistics.ts'

function cellOf(changes: Partial<CheckedCell> & { readonly fools?: number }): CheckedCell {
  const { fools = 0, ...rest } = changes
  return {
    ...{ method: 'pgd', role: 'iterative', budget: 0.03, isReference: true, losses: [] },
    ...{ slices: 10, metBefore: 0, fooled: wilsonInterval(fools, 10), byPatient: null },
    ...rest,
  }
}

function answers(cells: readonly CheckedCell[]): Record<string, string> {
  const worstCase = cellOf({ fools: 5 })
  const items = checklistOf({ cells, worstCase, cleanAccuracy: 0.9, judges: 0 })
  return Object.fromEntries(items.map(({ question, answer }) => [question, answer]))
}

test('an iterative attack that is weaker than one step is a no', () => {
  const single = cellOf({ method: 'fgsm', role: 'single-step', fools: 6 })
  const question = 'Are iterative attacks at least as strong as single-step ones?'
  expect(answers([single, cellOf({ fools: 5 })])[question]).toBe('no')
  expect(answers([single, cellOf({ fools: 6 })])[question]).toBe('yes')
  expect(answers([single])[question]).toBe('not tried')
})

test('a curve has to rise, and to end at 100 %', () => {
  const question = 'Does success rise with the budget, to 100 %?'
  const curve = (...fools: number[]) => fools.map((fool, i) => cellOf({ fools: fool, budget: i + 1 }))
  expect(answers(curve(1, 5, 10))[question]).toBe('yes')
  expect(answers(curve(1, 5, 9))[question]).toBe('no')
  expect(answers(curve(5, 1, 10))[question]).toBe('no')
  expect(answers(curve(10))[question]).toBe('not tried')
})

test('what no method of a protocol does was not tried', () => {
  expect(answers([cellOf({})])).toMatchObject({
    'Were gradient-free attacks tried?': 'not tried',
    'Were attacks tried that see decisions alone?': 'not tried',
    'Was transfer from other models tried?': 'not tried',
  })
  const square = cellOf({ method: 'square', role: 'gradient-free' })
  expect(answers([square])['Were gradient-free attacks tried?']).toBe('yes')
})

test('a loss that still rises in its last tenth has not converged', () => {
  const rising = Array.from({ length: 20 }, (_, i) => i)
  expect(lateRiseOf(rising)).toBeCloseTo(2 / 19, 12)
  expect(lateRiseOf([0, 5, 9, 10, 10, 10, 10, 10, 10, 10])).toBe(0)
  const question = 'Have the loss curves converged?'
  expect(answers([cellOf({ losses: rising })])[question]).toBe('no')
  expect(answers([cellOf({ losses: [0, 9, 10, 10, 10, 10] })])[question]).toBe('yes')
})
