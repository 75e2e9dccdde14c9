import { expect, test } from 'vitest'
import type { FormField } from '../../../../core/model/card-form.ts'
import { fieldOfIssue } from './issue-fields.ts'

const field = (name: string, kind: FormField['kind'] = 'text'): FormField => ({
  field: name,
  kind,
  section: 'Input',
  label: name,
  reason: '',
  example: '',
  isRequired: true,
})

const fields = [
  field('input.size', 'numbers'),
  field('input.slices', 'part'),
  field('intensity.kind', 'choice'),
  field('intensity.center', 'number'),
]

test.each([
  ['input.size', 'input.size'],
  ['input.size[0]', 'input.size'],
  ['input', 'input.size'],
  ['intensity', 'intensity.kind'],
  ['intensity.center', 'intensity.center'],
  ['input.slices', 'input.slices'],
  ['input.slices.colour', undefined],
  ['colour', undefined],
])('a fault of %s is shown at %s', (issue, shown) => {
  const found = fieldOfIssue({ field: issue, message: '', isMissing: false }, fields)
  expect(found?.field).toBe(shown)
})
