import { describe, expect, test } from 'vitest'
import { attackMethods, configureAttack, methodGroups } from './attack-methods.ts'

describe.each(Object.entries(attackMethods))('%s', (name, entry) => {
  test('works with its defaults and carries its name', () => {
    expect(configureAttack(name).name).toBe(name)
  })

  test('explains every setting, with a default or where it comes from', () => {
    for (const { explanation, preset, kind, choices } of entry.settings) {
      expect(explanation).toMatch(/\.$/)
      if (preset === null) expect(explanation).toContain('Default: ')
      if (kind === 'choice') expect(choices).toContain(preset)
    }
    expect(entry.settings.length).toBeGreaterThan(0)
  })
})

test('no two methods share a name', () => {
  expect(Object.keys(attackMethods)).toHaveLength(Object.values(methodGroups).flat().length)
})

test('an unknown method is refused with the names of all', () => {
  expect(() => configureAttack('smea')).toThrow('Method: expected the name of one that there is, got smea')
  expect(() => configureAttack('toString')).toThrow('got toString')
})

test('an unknown setting and a wrong one are refused by name', () => {
  expect(() => configureAttack('fgsm', { steps: 3 })).toThrow(/FGSM: expected its settings, got .*steps/)
  expect(() => configureAttack('smia', { epsilon: -1 })).toThrow(/SMIA: expected its settings, got epsilon/)
  expect(() => configureAttack('smia', { kernelSize: 4 })).toThrow('kernelSize: expected an odd number')
})

test('the table of settings, as the command line shows it', () => {
  expect(attackMethods.smia.settings.map(({ name, kind, preset }) => `${name} ${kind} ${preset}`)).toEqual([
    `epsilon number ${8 / 255}`,
    `stepSize number ${2 / 255}`,
    'steps integer 10',
    'alpha number 1',
    'kernelSize integer 3',
    'sigma number 1',
    'kernelSlices integer 1',
    'sigmaSlices number 1',
    'smooth choice perturbation',
    'stabilizationTarget choice soft',
    'randomStart boolean false',
  ])
})
