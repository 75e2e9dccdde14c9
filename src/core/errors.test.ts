import { expect, test } from 'vitest'
import { RadversaryError } from './errors.ts'

test('a message is one line of bounded length, whatever a file says', () => {
  const { message } = new RadversaryError('labels-invalid', `Labels: got "a\nb\r\n  c" ${'x'.repeat(5000)}`)
  expect(message.startsWith('Labels: got "a b c" x')).toBe(true)
  expect(message).toHaveLength(601)
})

test('a card’s faults are listed one below the other, each of bounded length', () => {
  const list = Array.from({ length: 100 }, (_, i) => `  fault ${i}: ${'x'.repeat(1000)}`)
  const lines = new RadversaryError('card-invalid', ['Model card:', ...list].join('\n')).message.split('\n')
  expect(lines).toHaveLength(40)
  expect(Math.max(...lines.map((line) => line.length))).toBe(601)
})
