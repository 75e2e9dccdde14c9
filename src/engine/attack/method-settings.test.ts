import { expect, test } from 'vitest'
import { configureMethod, settingText } from './method-settings.ts'

const inHu = { widthHu: 400, levelWidth: 1 / 800 }

test('text becomes what each setting is; sizes stay as they were given until an image is known', () => {
  const given = { epsilon: '20HU', steps: '7', alpha: '0.5', smooth: 'image', randomStart: 'true' }
  const { settings } = configureMethod('smia', given)
  expect(settings).toMatchObject({
    epsilon: '20HU',
    steps: 7,
    alpha: 0.5,
    smooth: 'image',
    randomStart: true,
    sigma: 1,
  })
})

test('settings that are left out are recorded as their presets, null where the preset depends on others', () => {
  expect(configureMethod('i-fgsm', {}).settings).toMatchObject({ epsilon: 8 / 255, steps: 10 })
  expect(Object.values(configureMethod('mi-fgsm', {}).settings)).toContain(null)
})

test.each([
  ['20HU', 0.05],
  ['8/255', 8 / 255],
  ['10levels', 10 / 800],
  ['2%', 0.02],
])('an epsilon of %s is %d of the image’s range', (epsilon, relative) => {
  expect(configureMethod('fgsm', { epsilon }).forScale(inHu).ball.epsilon).toBeCloseTo(relative, 12)
})

test('images of one scale get one method, those of another another', () => {
  const configured = configureMethod('fgsm', { epsilon: '20HU' })
  expect(configured.forScale({ ...inHu })).toBe(configured.forScale(inHu))
  expect(configured.forScale({ ...inHu, widthHu: 500 })).not.toBe(configured.forScale(inHu))
})

test('a size without HU is the same for every image', () => {
  const configured = configureMethod('fgsm', { epsilon: '8/255' })
  expect(configured.forScale({ widthHu: undefined, levelWidth: 1 })).toBe(configured.forScale(inHu))
})

test.each([
  ['magic', {}, /Method: expected the name of one that there is, got magic/],
  ['toString', {}, /got toString/],
  ['fgsm', { decay: '1', kernelSize: '3' }, /expected its own settings, got decay, kernelSize/],
  ['smia', { steps: 'many' }, /steps/],
  ['smia', { steps: '' }, /steps/],
  ['smia', { steps: '2.5' }, /steps/],
  ['smia', { randomStart: 'perhaps' }, /randomStart/],
  ['smia', { smooth: 'both' }, /smooth/],
  ['smia', { kernelSize: '4' }, /odd/],
  ['smia', { epsilon: '-1' }, /Budget/],
  ['smia', { epsilon: '0' }, /epsilon/],
])('%s with %j is told before any image is read', (name, settings, message) => {
  expect(() => configureMethod(name, settings)).toThrow(message)
})

test.each([
  [8 / 255, '8/255'],
  [0.5, '0.5'],
  [1, '1'],
  [0, '0'],
  ['20HU', '20HU'],
  [true, 'true'],
  [null, 'by default'],
])('%j is told as %s', (value, text) => {
  expect(settingText(value)).toBe(text)
})
