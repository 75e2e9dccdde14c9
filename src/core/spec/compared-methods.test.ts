import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configureMethod } from '../../engine/attack/method-settings.ts'
import { comparedMethods, settingTexts } from './compared-methods.ts'
import { namedMethod, presetNames } from './method-presets.ts'

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

test('a sweep has its method once with each value, and names it by them', () => {
  const methods = comparedMethods(['smia', 'pgd'], ['smia.steps=3'], ['smia.alpha=0,0.2'])
  expect(methods).toEqual([
    { name: 'smia', as: 'smia(alpha=0)', settings: { alpha: '0', steps: '3' } },
    { name: 'smia', as: 'smia(alpha=0.2)', settings: { alpha: '0.2', steps: '3' } },
    { name: 'pgd', settings: {} },
  ])
})

test('two sweeps of a method are all combinations', () => {
  const names = comparedMethods(['smia'], [], ['smia.alpha=0,1', 'smia.steps=5,10']).map(({ as }) => as)
  expect(names).toEqual([
    'smia(alpha=0, steps=5)',
    'smia(alpha=0, steps=10)',
    'smia(alpha=1, steps=5)',
    'smia(alpha=1, steps=10)',
  ])
})

test.each([
  ['smia.alpha=1', 'two or more different values'],
  ['smia.alpha=1,1', 'two or more different values'],
  ['smia.alpha=1,', 'two or more different values'],
  ['fgsm.epsilon=1,2', 'of a compared method'],
  ['smia.steps=1,2', 'expected smia.steps once'],
])('%s is no sweep beside smia.steps=3: %s', (text, message) => {
  expect(() => comparedMethods(['smia'], ['smia.steps=3'], [text])).toThrow(message)
})

test('what was asked comes back as texts', () => {
  const texts = [['smia.steps=3', 'pgd.restarts=5'], ['smia.alpha=0,0.2,1']] as const
  expect(settingTexts(comparedMethods(['smia', 'pgd'], ...texts))).toEqual({
    names: ['smia', 'pgd'],
    settings: texts[0],
    sweeps: texts[1],
  })
})

test('a preset is a method of its own beside the one without it', () => {
  const methods = comparedMethods(['smia', 'smia:reused-50'], ['smia:reused-50.sigma=2'])
  expect(methods).toEqual([
    { name: 'smia', settings: {} },
    { name: 'smia', as: 'smia:reused-50', settings: { alpha: '0.2', steps: '50', sigma: '2' } },
  ])
  expect(settingTexts(methods)).toEqual({
    names: ['smia', 'smia:reused-50'],
    settings: ['smia:reused-50.sigma=2'],
    sweeps: [],
  })
  expect(() => comparedMethods(['smia:reused-7'], [])).toThrow('expected a preset that there is')
})

test('every preset is of settings that its method has, and in docs/attacks.md', () => {
  const page = readFileSync(new URL('../../../docs/attacks.md', import.meta.url), 'utf8')
  for (const name of presetNames) {
    const { method, settings } = namedMethod(name)
    expect(page).toContain(`| \`${name}\``)
    expect(Object.keys(configureMethod(method, settings).settings)).toEqual(
      expect.arrayContaining(Object.keys(settings)),
    )
  }
})
