import { expect, test } from 'vitest'
import { foundTags } from './found-tags.ts'

const rows = [
  { tag: '(0008,0060)', keyword: 'Modality', value: 'CT' },
  { tag: '(0028,1050)', keyword: 'WindowCenter', value: '40' },
  { tag: '(0009,1001)', keyword: null, value: 'private' },
]

test('tags are found by number, keyword and value, in any case', () => {
  expect(foundTags(rows, '00281050')).toEqual([rows[1]])
  expect(foundTags(rows, '0028,10')).toEqual([rows[1]])
  expect(foundTags(rows, 'modality ct')).toEqual([rows[0]])
  expect(foundTags(rows, 'PRIVATE')).toEqual([rows[2]])
})

test('an empty search finds everything, a wrong one nothing', () => {
  expect(foundTags(rows, '  ')).toBe(rows)
  expect(foundTags(rows, 'modality 40')).toEqual([])
})
