import { expect, test } from 'vitest'
import { fillNormal, randomSource, sampleSeed, shuffled, fillSigns } from './random.ts'

const draw = (seed: number, restart: number) => {
  const source = randomSource(seed, restart)
  return Array.from({ length: 5 }, () => source.symmetric())
}

test('the same seed and restart give the same numbers, others give others', () => {
  expect(draw(1, 0)).toEqual(draw(1, 0))
  expect(draw(1, 1)).not.toEqual(draw(1, 0))
  expect(draw(2, 0)).not.toEqual(draw(1, 0))
})

test('a sample’s seed depends on the run’s seed and on what identifies the sample', () => {
  expect(sampleSeed(0, '1.2.3')).toBe(sampleSeed(0, '1.2.3'))
  expect(new Set([sampleSeed(0, '1.2.3'), sampleSeed(1, '1.2.3'), sampleSeed(0, '1.2.4')]).size).toBe(3)
})

test('a sample’s seed is the first four bytes of SHA-256 of “run seed/identity”', () => {
  expect(sampleSeed(0, '1.2.3')).toBe(1003201770)
})

test('normal numbers have mean 0 and variance 1, for odd counts too', () => {
  const values = new Float32Array(20_001)
  fillNormal(values, randomSource(3, 0))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(Math.abs(variance - 1)).toBeLessThan(0.05)
  expect(values[20_000]).not.toBe(0)
})

test('a shuffle has every value once, in an order that the seed decides', () => {
  const values = Array.from({ length: 50 }, (_, i) => i)
  const order = shuffled(values, randomSource(1, 0))
  expect([...order].sort((a, b) => a - b)).toEqual(values)
  expect(order).not.toEqual(values)
  expect(shuffled(values, randomSource(1, 0))).toEqual(order)
  expect(shuffled(values, randomSource(1, 1))).not.toEqual(order)
})

test('signs are as often −1 as 1, are one bit of a draw each, and do not repeat', () => {
  const values = new Float32Array(6403)
  fillSigns(values, randomSource(4, 0))
  expect(values.every((value) => Math.abs(value) === 1)).toBe(true)
  const sum = (step: number) =>
    values.reduce((total, value, i) => total + value * (i < step ? 1 : step === 0 ? 1 : values[i - step]!), 0)
  for (const step of [0, 1, 31, 32, 64]) expect(Math.abs(sum(step))).toBeLessThan(4 * Math.sqrt(6403))
  const word = randomSource(4, 0).symmetric() * 2 ** 31
  expect(values[0]).toBe(word < 0 ? -1 : 1)
})
