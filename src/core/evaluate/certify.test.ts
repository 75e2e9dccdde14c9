import { describe, expect, test } from 'vitest'
import { clopperPearsonLower, normalQuantile } from './binomial.ts'
import { certificateOf, certifiedCurve, largestRadius, mostDrawn } from './certify.ts'

// SciPy 1.17: beta.ppf(alpha, k, n − k + 1), and 0.25 · norm.ppf of it.
test.each([
  [990, 1000, 0.001, 0.9760361871553114, 0.49450239553529984],
  [99_999, 100_000, 0.001, 0.9999076696662654, 0.9347816671358392],
  [100, 100, 0.001, 0.933254300796991, 0.3751187560301591],
])('%d of %d draws give SciPy’s bound and the paper’s radius', (seen, draws, alpha, lower, radius) => {
  const found = certificateOf([draws - seen, seen], 1, { sigma: 0.25, alpha })
  expect(found.lower).toBeCloseTo(lower, 12)
  expect(found.radius).toBeCloseTo(radius, 9)
  expect(found).toMatchObject({ class: 1, seen, draws })
})

test('of all draws the bound is the root of alpha', () => {
  expect(clopperPearsonLower(1000, 1000, 0.001)).toBeCloseTo(0.001 ** (1 / 1000), 12)
  expect(largestRadius(1000, { sigma: 0.5, alpha: 0.001 })).toBeCloseTo(
    0.5 * normalQuantile(0.001 ** (1 / 1000)),
    12,
  )
})

test('a class that is not surely seen in more than half of the draws is not certified', () => {
  expect(certificateOf([60, 40], 0, { sigma: 1, alpha: 0.001 })).toMatchObject({ class: null, radius: null })
  expect(clopperPearsonLower(60, 100, 0.001)).toBeCloseTo(0.4409842652212994, 12)
  expect(clopperPearsonLower(0, 10, 0.05)).toBe(0)
})

describe('the standard normal quantile', () => {
  test.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [0.999999, 4.753424308822899],
  ])('of %d is %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 9)
  })
})

test('certified accuracy falls with the radius, and what is wrong or abstained never counts', () => {
  const images = [
    { isRight: true, radius: 0.5 },
    { isRight: true, radius: 0.1 },
    { isRight: false, radius: 1 },
    { isRight: true, radius: null },
  ]
  const rates = certifiedCurve(images, 1).map(({ certified }) => certified.rate)
  expect(rates[0]).toBe(0.5)
  expect(rates[10]).toBe(0.25)
  expect(rates.at(-1)).toBe(0)
  expect(mostDrawn([1, 3, 3])).toBe(1)
})
