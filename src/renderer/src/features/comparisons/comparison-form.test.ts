import { expect, test } from 'vitest'
import { budgetsIn } from './comparison-form.ts'

test('budgets are separated by spaces or semicolons, and nothing is none', () => {
  expect(budgetsIn(' 1/255 8/255;20HU ')).toEqual(['1/255', '8/255', '20HU'])
  expect(budgetsIn('  ')).toEqual([])
})
