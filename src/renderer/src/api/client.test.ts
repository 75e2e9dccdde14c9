import { expect, test } from 'vitest'
import { isQueryOfStudy } from './client.ts'

test('a query asks of the study that its input names', () => {
  const key = [['studies', 'image'], { input: { study: 'a', image: 3, frame: 0 }, type: 'query' }]
  expect(isQueryOfStudy('a', key)).toBe(true)
  expect(isQueryOfStudy('b', key)).toBe(false)
})

test('queries without a study, or without input, ask of none', () => {
  for (const key of [
    [['runs', 'get'], { input: { run: 'a' } }],
    [['studies', 'recent'], { type: 'query' }],
    [['about']],
    [],
  ])
    expect(isQueryOfStudy('a', key)).toBe(false)
})
