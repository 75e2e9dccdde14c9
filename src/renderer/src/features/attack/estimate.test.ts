import { expect, test } from 'vitest'
import { attackMethods } from '../../../../core/attacks/attack-methods.ts'
import { attackMilliseconds, passesOf } from './estimate.ts'

test('steps and restarts are counted as given or at their presets', () => {
  expect(passesOf(attackMethods.smia.settings, {})).toBe(10)
  expect(passesOf(attackMethods.smia.settings, { steps: '25' })).toBe(25)
  expect(passesOf(attackMethods.pgd.settings, { steps: '5', restarts: '3' })).toBe(15)
  expect(passesOf(attackMethods.fgsm.settings, {})).toBe(1)
})

test('what makes no sense yet counts as the preset', () => {
  expect(passesOf(attackMethods.smia.settings, { steps: 'x' })).toBe(10)
  expect(passesOf(attackMethods.smia.settings, { steps: ' ' })).toBe(10)
})

test('time grows with images and steps', () => {
  const one = attackMilliseconds({ images: 1, passes: 10, perFrame: 20 })
  expect(one).toBe(20 * 43)
  expect(attackMilliseconds({ images: 28, passes: 10, perFrame: 20 })).toBe(28 * one)
})
