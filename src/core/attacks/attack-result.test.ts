import { expect, test } from 'vitest'
import { memberResults } from './attack-result.ts'

test('each member reports how many images still held at its turn, and how many it broke', () => {
  const outcomes = [
    { success: true, member: 'a' },
    { success: true, member: 'c' },
    { success: false, member: 'a' },
    { success: true, member: 'a' },
  ]
  expect(memberResults(['a', 'b', 'c'], outcomes)).toEqual([
    { member: 'a', attacked: 4, succeeded: 2 },
    { member: 'b', attacked: 2, succeeded: 0 },
    { member: 'c', attacked: 2, succeeded: 1 },
  ])
})
