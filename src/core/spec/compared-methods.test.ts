import { expect, test } from 'vitest'
import { comparedMethods } from './compared-methods.ts'

test('each method gets its own settings', () => {
  const methods = comparedMethods(['smia', 'pgd'], ['smia.alpha=0.5', 'smia.steps=3'])
  expect(methods).toEqual([
    { name: 'smia', settings: { alpha: '0.5', steps: '3' } },
    { name: 'pgd', settings: {} },
  ])
})

test.each(['alpha=0.5', 'fgsm.epsilon=1/255', 'smia.alpha'])('%s is no setting of smia or pgd', (text) => {
  expect(() => comparedMethods(['smia', 'pgd'], [text])).toThrow(
    `Settings: expected METHOD.SETTING=VALUE of a compared method, got ${text}`,
  )
})
