import { expect, test } from 'vitest'
import { attackMethods } from '../../../../core/attacks/attack-methods.ts'
import {
  budgetText,
  givenSettings,
  isBelowOneLevel,
  isMain,
  presetText,
  type SettingHelp,
  settingLabel,
  settingProblem,
  settingProblems,
  threeDigits,
  attackMilliseconds,
  passesOf,
} from './setting-text.ts'

const smia = attackMethods.smia.settings

function setting(name: string): SettingHelp {
  return smia.find((each) => each.name === name)!
}

test('presets are told as users write them', () => {
  expect(presetText(8 / 255)).toBe('8/255')
  expect([10, true, 'soft', 0.5, null].map(presetText)).toEqual(['10', 'true', 'soft', '0.5', ''])
})

test('names become labels', () => {
  expect(['stepSize', 'epsilon', 'stabilizationTarget'].map(settingLabel)).toEqual([
    'Step size',
    'Budget',
    'Stabilization target',
  ])
})

test('every method of the engine has its budget, its length and what it can’t do without in sight', () => {
  const inSight = ({ settings }: (typeof attackMethods)[keyof typeof attackMethods]) =>
    settings.filter(isMain).map(({ name }) => name)
  for (const method of Object.values(attackMethods)) {
    const budgetAndSteps = method.settings
      .map(({ name }) => name)
      .filter((name) => name === 'epsilon' || name === 'steps')
    expect(inSight(method)).toEqual(expect.arrayContaining(budgetAndSteps))
  }
  expect(inSight(attackMethods.hfc)).toEqual(['epsilon', 'steps', 'tensors'])
  expect(inSight(attackMethods.universal)).toEqual(['epsilon', 'epochs'])
})

test('only what differs from the presets is given, each as what it is', () => {
  const given = {
    epsilon: '4/255',
    steps: '10',
    alpha: '0.5',
    randomStart: 'true',
    smooth: 'image',
    sigma: ' ',
  }
  expect(givenSettings(smia, given)).toEqual({
    epsilon: '4/255',
    alpha: 0.5,
    randomStart: true,
    smooth: 'image',
  })
})

test('numbers that make no sense are told before anything is started', () => {
  expect(settingProblem(setting('steps'), '2.5')).toBe('expected a whole number')
  expect(settingProblem(setting('steps'), '0')).toBe('expected at least 1')
  expect(settingProblem(setting('alpha'), 'much')).toBe('expected a number')
  expect(settingProblem(setting('alpha'), '0.5')).toBeUndefined()
  expect(settingProblem(setting('epsilon'), '8grey')).toBeUndefined()
})

const size = { relative: 8 / 255, greyLevels: 8, storedLevels: 11.7647, hu: 47.0588 }

test('a budget is told in every unit at once, HU only where there are any', () => {
  expect(budgetText(size)).toBe('3.14 % of the range · 8 grey levels of 255 · 11.8 stored levels · 47.1 HU')
  expect(budgetText({ ...size, hu: undefined })).not.toContain('HU')
})

test('a budget below one stored level is noticed, for it can change nothing', () => {
  expect(isBelowOneLevel(size)).toBe(false)
  expect(isBelowOneLevel({ ...size, storedLevels: 0.9 })).toBe(true)
})

test('numbers keep three digits', () => {
  expect([12.3456, 1234, 0.00012345, 0, 1500].map(threeDigits)).toEqual([
    '12.3',
    '1230',
    '1.23e-4',
    '0',
    '1500',
  ])
})

test('a bare number above 1 is asked about, unless such numbers are usual', () => {
  const [epsilon, epsilonL2] = ['smia', 'pgd-l2'].map((name) => {
    const method = attackMethods[name as keyof typeof attackMethods]
    return method.settings.find(({ name }) => name === 'epsilon')!
  })
  expect(settingProblem(epsilon!, '8')).toBe(
    'expected a unit: 8 is 800% of the intensity range, 8/255 is 8 grey levels',
  )
  for (const text of ['8/255', '800%', '8grey', '1', '0.03'])
    expect(settingProblem(epsilon!, text)).toBeUndefined()
  expect(settingProblem(epsilonL2!, '8')).toBeUndefined()
})

test('what is wrong with settings is said by name before anything is started', () => {
  expect(settingProblems(smia, { epsilon: '0', steps: '1.5' })).toEqual([
    'Budget: expected more than 0',
    'Steps: expected a whole number',
  ])
  expect(settingProblems(smia, { epsilon: 'eight' })).toEqual([
    'Budget: expected a number or a fraction, and a unit',
  ])
  expect(settingProblems(smia)).toEqual([])
})

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
