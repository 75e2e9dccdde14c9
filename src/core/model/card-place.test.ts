import { expect, test } from 'vitest'
import { keysOf, placeOf, valueAt, withValue } from './card-place.ts'

test.each([
  ['input.size[0]', ['input', 'size', 0]],
  ['inputs["input.1"].kind', ['inputs', 'input.1', 'kind']],
  ['inputs["a\\"b"]', ['inputs', 'a"b']],
  ['references[2]', ['references', 2]],
])('%s names its keys', (place, keys) => {
  expect(placeOf(keys)).toBe(place)
  expect(keysOf(place)).toEqual(keys.map(String))
})

test('a value is put into lists and names with dots, and taken away', () => {
  const card = { list: [{ a: 1 }, { a: 2 }], inputs: { 'x.y': { kind: 'constant' } } }
  expect(withValue(card, 'list[1].a', 3)).toMatchObject({ list: [{ a: 1 }, { a: 3 }] })
  expect(withValue(card, 'list[0]', undefined)).toMatchObject({ list: [{ a: 2 }] })
  expect(withValue(card, 'list[2]', {})).toMatchObject({ list: [{ a: 1 }, { a: 2 }, {}] })
  expect(withValue(card, 'inputs["x.y"].value', 1)).toMatchObject({ inputs: { 'x.y': { value: 1 } } })
  expect(valueAt(card, 'inputs["x.y"].kind')).toBe('constant')
})
