import { describe, expect, test } from 'vitest'
import { budgetToRelative, parseBudget, readingsOf, relativeInUnits, scaledBudget } from './budget.ts'

const scale = { widthHu: 400, levelWidth: 1 / 800 }

describe('parseBudget', () => {
  test.each([
    ['8/255', 8 / 255],
    ['0.03', 0.03],
    ['3%', 0.03],
    ['1e-2', 0.01],
    ['8grey', 8 / 255],
    ['20HU', 0.05],
    [' 20 hu ', 0.05],
    ['8levels', 0.01],
    ['0', 0],
  ])('reads %s', (text, relative) => {
    expect(budgetToRelative(parseBudget(text), scale)).toBeCloseTo(relative, 15)
  })

  test.each(['', 'abc', '-1', '1/0', '8/255/2', '3 mm', '1.2.3', 'NaN', 'Infinity', '/255'])(
    'refuses %j',
    (text) => {
      expect(() => parseBudget(text)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(JSON.stringify(text)) })) // prettier-ignore
    },
  )
})

test('a budget in HU is refused for a series without HU', () => {
  expect(() => budgetToRelative(parseBudget('5HU'), { ...scale, widthHu: undefined })).toThrow(
    'Budget: expected a series in HU',
  )
})

test('a relative size is shown in every unit that the image has', () => {
  expect(relativeInUnits(0.1, scale)).toEqual({ relative: 0.1, greyLevels: 25.5, storedLevels: 80, hu: 40 })
  expect(relativeInUnits(0.1, { ...scale, widthHu: undefined }).hu).toBeUndefined()
})

test('a budget is scaled in its own unit', () => {
  expect(scaledBudget('8/255', 0.25)).toBe(String(2 / 255))
  expect(['20HU', '8 grey', '5levels', '4%'].map((text) => scaledBudget(text, 0.5))).toEqual([
    '10HU',
    '4grey',
    '2.5levels',
    '0.02',
  ])
})

test('a number above 1 without a unit can be read in two ways', () => {
  expect(readingsOf(' 8 ')).toEqual({ levels: '8/255', percent: '800%' })
  expect(['8/255', '8%', '8grey', '1', '0.03', '3/2', 'x'].map(readingsOf)).toEqual(Array(7).fill(undefined))
})
