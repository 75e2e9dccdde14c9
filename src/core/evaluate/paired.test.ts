import { expect, test } from 'vitest'
import { normalTwoSided } from './distributions.ts'
import { mcNemarOf, pairedDifference } from './paired.ts'

/** Two methods that differ on so many images, and agree on two others. */
function discordant(onlyFirst: number, onlySecond: number) {
  const row = (has: readonly [boolean, boolean], count: number) => Array.from({ length: count }, () => has)
  const rows = [...row([true, false], onlyFirst), ...row([false, true], onlySecond), [true, true], [false, false]] // prettier-ignore
  return mcNemarOf(
    rows.map(([first]) => first),
    rows.map(([, second]) => second),
  )
}

test('McNemar: exact and mid-p of 1 against 7, by hand: 18/256, and 10/256', () => {
  const { exact, midP, onlyFirst, onlySecond } = discordant(1, 7)
  expect([onlyFirst, onlySecond]).toEqual([1, 7])
  expect(exact).toBeCloseTo(0.0703125, 12)
  expect(midP).toBeCloseTo(0.0390625, 12)
})

/** Exact of statsmodels 0.15.0 (`mcnemar`); mid-p is it less SciPy 1.17.1's `binom.pmf` of the fewer. */
test.each([
  [1, 7, 0.0703125, 0.0390625],
  [121, 59, 4.4344492637551645e-6, 3.2666467957745733e-6],
  [40, 40, 1, 0.9110721212260928],
])('McNemar: %i against %i is that of statsmodels', (one, other, exact, midP) => {
  const found = discordant(one, other)
  expect(found.exact / exact).toBeCloseTo(1, 11)
  expect(found.midP / midP).toBeCloseTo(1, 11)
})

test('McNemar: methods that never differ, or as often either way, do not differ', () => {
  expect(discordant(0, 0)).toMatchObject({ exact: 1, midP: 1 })
  expect(discordant(1, 1)).toMatchObject({ exact: 1, midP: 0.5 })
})

test('McNemar: results of other images are refused', () => {
  expect(() => mcNemarOf([true], [])).toThrow('expected 1 values, got 0')
})

test('the difference of pairs is that of their means, narrower than of either alone', () => {
  const first = [1, 2, 3, 4, 5, 6]
  const { mean, interval } = pairedDifference(first, first.map((value, i) => value - 0.5 - 0.01 * i)) // prettier-ignore
  expect(mean).toBeCloseTo(0.525, 12)
  expect(interval!.lower).toBeGreaterThanOrEqual(0.5)
  expect(interval!.upper).toBeLessThanOrEqual(0.55)
})

test('pairs that all differ alike do not say how differences vary', () => {
  expect(pairedDifference([1, 2, 3], [0.5, 1.5, 2.5])).toEqual({ mean: 0.5, interval: null })
})

test("the normal distribution's two tails are those of Python's math.erfc", () => {
  const known = [
    [0, 1],
    [1, 0.31731050786291415],
    [1.959963984540054, 0.05],
    [3, 0.0026997960632601866],
    [5, 5.733031437583892e-7],
    [-10, 1.523970604832105e-23],
  ] as const
  for (const [z, probability] of known) expect(normalTwoSided(z) / probability).toBeCloseTo(1, 12)
})
