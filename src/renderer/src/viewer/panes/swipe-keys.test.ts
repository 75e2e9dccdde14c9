import { expect, test } from 'vitest'
import { afterKey } from './swipe-keys.ts'

test('arrows move a divider by little, page keys by more, and the ends are kept', () => {
  expect([afterKey(0.5, 'ArrowLeft'), afterKey(0.5, 'ArrowRight')]).toEqual([0.48, 0.52])
  expect([afterKey(0.5, 'PageUp'), afterKey(0.05, 'PageDown')]).toEqual([0.6, 0])
  expect([afterKey(0.5, 'Home'), afterKey(0.5, 'End'), afterKey(0.99, 'ArrowRight')]).toEqual([0, 1, 1])
})

test('other keys are not the divider’s', () => {
  expect([afterKey(0.5, 's'), afterKey(0.5, 'toString')]).toEqual([undefined, undefined])
})
