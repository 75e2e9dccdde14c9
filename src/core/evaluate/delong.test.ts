import { expect, test } from 'vitest'
import { aucOf } from './auc.ts'
import { deLongOf, deLongTest } from './delong.ts'

const truths = Array.from({ length: 15 }, (_, i) => i < 7)
const first = [0.9, 0.8, 0.8, 0.35, 0.6, 0.71, 0.4, 0.1, 0.4, 0.35, 0.5, 0.2, 0.62, 0.3, 0.8]
const second = [0.7, 0.75, 0.5, 0.45, 0.9, 0.3, 0.2, 0.3, 0.1, 0.45, 0.6, 0.25, 0.5, 0.7, 0.15]

// MLstatkit 0.1.91's `Delong_test` gives the same areas, interval, z and p; the variance is summed over all pairs
// of images in Python, by the definition in DeLong et al. 1988, ties among them.
test('variance and interval are those of the definition over pairs', () => {
  const { value, variance, interval } = deLongOf(first, truths)!
  expect(value).toBeCloseTo(0.7857142857142857, 14)
  expect(variance).toBeCloseTo(0.014683551992225465, 14)
  expect(interval!.lower).toBeCloseTo(0.5482142639886965, 12)
  expect(interval!.upper).toBe(1)
  expect(value).toBeCloseTo(aucOf(first, truths).value!, 14)
})

test('the paired test is that of the definition', () => {
  const { z, p } = deLongTest(first, second, truths)!
  expect(z).toBeCloseTo(0.5202771585726258, 12)
  expect(p).toBeCloseTo(0.6028704136413774, 12)
})

test('scores in the same order do not differ, and too few images have no variance', () => {
  expect(deLongTest(first, first.map((score) => 2 * score), truths)).toMatchObject({ z: 0, p: 1 }) // prettier-ignore
  expect(deLongOf([0.2, 0.4, 0.1], [true, false, false])).toBeNull()
})

test('scores of other images are refused', () => {
  expect(() => deLongOf([0.2], truths)).toThrow('expected 15 scores, got 1')
})

test('areas of 1 and 0 have no variance, so nothing is claimed of them', () => {
  const perfect = truths.map(Number)
  expect(deLongOf(perfect, truths)).toEqual({ value: 1, variance: 0, interval: null })
  expect(deLongTest(perfect, perfect.map((score) => -score), truths)).toBeNull() // prettier-ignore
})
