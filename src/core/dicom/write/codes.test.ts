import { expect, test } from 'vitest'
import { unitOf } from './codes.ts'

test.each([
  ['HU', "[hnsf'U]"],
  ['BQML', 'Bq/ml'],
  ['GML', 'g/ml'],
  ['CNTS', '{counts}'],
  ['GY', 'Gy'],
  ['US', '1'],
  ['NONE', '1'],
  ['something else', '1'],
  [undefined, '1'],
])('%s is %s by UCUM', (term, code) => {
  expect(unitOf(term)).toMatchObject({ value: code, scheme: 'UCUM' })
})

test('no code or meaning is longer than its VR holds', () => {
  for (const term of ['HU', 'ED', 'BQML', 'PROPCPS', 'UMOLMINML', 'CM2ML']) {
    expect(unitOf(term).value.length).toBeLessThanOrEqual(16)
    expect(unitOf(term).meaning.length).toBeLessThanOrEqual(64)
  }
})
