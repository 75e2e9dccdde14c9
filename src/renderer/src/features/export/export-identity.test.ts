import { expect, test } from 'vitest'
import { firstIdentity, identityRequestOf, isWhole } from './export-identity.ts'

test('an export begins de-identified', () => {
  expect(identityRequestOf(firstIdentity)).toEqual({ choice: 'deidentified', options: [], keep: [] })
})

test('pseudonyms need their list, and only they have one', () => {
  const listed = { ...firstIdentity, choice: 'pseudonyms', pseudonyms: ' /a.csv ' } as const
  expect(isWhole({ ...listed, pseudonyms: ' ' })).toBe(false)
  expect(isWhole(listed)).toBe(true)
  expect(identityRequestOf(listed)).toMatchObject({ pseudonyms: '/a.csv' })
  expect(identityRequestOf({ ...listed, choice: 'deidentified' })).not.toHaveProperty('pseudonyms')
})

test('what is kept takes no options of the profile', () => {
  const kept = { ...firstIdentity, choice: 'keep', options: ['retain-device'] } as const
  expect(identityRequestOf(kept)).toEqual({ choice: 'keep', options: [], keep: [] })
})
