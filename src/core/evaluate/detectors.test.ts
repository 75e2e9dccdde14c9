import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { choleskyOf, squaredLength } from '../math/cholesky.ts'
import {
  detectedAt,
  entropy,
  featureSqueezing,
  kernelDensity,
  mahalanobis,
  rocOf,
  type SeenImage,
} from './detectors.ts'

function seen(features: readonly number[], changes: Partial<SeenImage> = {}): SeenImage {
  return {
    class: 0,
    features: [Float32Array.from(features)],
    probabilities: [1, 0],
    squeezed: [],
    ...changes,
  }
}

const draws = uniformTensor([400], 5, [-1, 1]).data
const cloud = Array.from({ length: 200 }, (_, i) => {
  const [a = 0, b = 0] = [draws[i], draws[200 + i]]
  return seen([3 * a + 5 * (i % 2), b], { class: i % 2 })
})

test('a squared length by Cholesky’s factor is that by the inverse', () => {
  // The inverse of [[4, 2], [2, 3]] is [[3, −2], [−2, 4]] / 8.
  const factor = choleskyOf(Float64Array.of(4, 2, 2, 3), 2)
  expect(squaredLength(factor, Float64Array.of(1, 2))).toBeCloseTo((3 - 8 + 16) / 8, 12)
})

test('Mahalanobis distances count a narrow direction for more than a wide one', () => {
  const score = mahalanobis(cloud)
  expect(score(seen([0, 2]))).toBeGreaterThan(3 * score(seen([0, 0.5])))
  expect(score(seen([-2, 0]))).toBeLessThan(score(seen([0, 2])))
  expect(score(seen([5, 0]))).toBeLessThan(0.2)
})

test('images that are all alike are refused', () => {
  expect(() => mahalanobis([seen([1, 1]), seen([1, 1])])).toThrow(/differ in their features/)
})

test('density is that of the class that the model says', () => {
  const score = kernelDensity(cloud)
  expect(score(seen([5, 0], { class: 1 }))).toBeLessThan(score(seen([5, 0], { class: 0 })))
  expect(score(seen([0, 0]))).toBeLessThan(score(seen([0, 6])))
  expect(score(seen([0, 0], { class: 7 }))).toBe(Infinity)
})

test('squeezing takes the way that changes the answer most', () => {
  const image = seen([0], {
    probabilities: [0.9, 0.1],
    squeezed: [
      [0.8, 0.2],
      [0.2, 0.8],
    ],
  })
  expect(featureSqueezing(image)).toBeCloseTo(1.4, 12)
})

test('entropy is largest where all classes are as probable', () => {
  expect(entropy(seen([0], { probabilities: [0.5, 0.5] }))).toBeCloseTo(Math.LN2, 12)
  expect(entropy(seen([0]))).toBeCloseTo(0, 12)
})

test('a threshold lets so many false alarms pass, and no more', () => {
  const clean = Array.from({ length: 100 }, (_, i) => i / 100)
  expect(detectedAt(clean, [0.5, 0.945, 0.99, 2], 0.05)).toBe(0.75)
})

test('the ROC rises from nothing to all', () => {
  expect(rocOf([0, 1], [1, 2])).toEqual([
    [0, 0],
    [0, 0.5],
    [0.5, 1],
    [1, 1],
  ])
})
