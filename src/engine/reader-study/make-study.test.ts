import { expect, test } from 'vitest'
import { randomSource } from '../../core/random.ts'
import { largestDifference, noiseLike } from './make-study.ts'

const frame = (values: Uint16Array) => ({
  rows: 1,
  columns: values.length,
  samplesPerPixel: 1 as const,
  photometric: 'MONOCHROME2' as const,
  bitsStored: 12,
  signed: false,
  values,
})

test('noise is as large as the attack at most, where the attack was, within what can be stored', () => {
  const source = Uint16Array.from({ length: 400 }, (_, i) => (i < 200 ? 4090 : 1000))
  const attacked = source.map((value, i) => (i % 2 === 0 ? value : Math.min(value + 20, 4095)))
  const noisy = noiseLike(frame(source), attacked, randomSource(3, 0))
  expect(largestDifference(source, noisy)).toBeLessThanOrEqual(20)
  expect(largestDifference(source, noisy)).toBeGreaterThan(10)
  expect(Math.max(...noisy)).toBeLessThanOrEqual(4095)
  expect(source.every((value, i) => i % 2 === 1 || noisy[i] === value)).toBe(true)
  expect(noiseLike(frame(source), attacked, randomSource(3, 0))).toEqual(noisy)
})
