import { expect, test } from 'vitest'
import { storedNumbers } from './stored-by-rescale.ts'

test('levels are said in what the numbers stand for, slope and intercept included', () => {
  const { rescale, notices } = storedNumbers(Float32Array.of(0, 0.5, NaN, 100), {
    slope: 2,
    intercept: -1000,
  })
  expect(rescale!.intercept).toBe(-1000)
  expect(notices[0]).toContain('levels from -1000 to -800;')
  expect(notices[1]).toContain('NaN is stored as -1000,')
})

test('whole numbers that fit stay as they are', () => {
  expect(storedNumbers(Float64Array.of(-3, 70), undefined)).toMatchObject({
    values: Int16Array.of(-3, 70),
    ...{ signed: true, rescale: undefined, notices: [] },
  })
})
