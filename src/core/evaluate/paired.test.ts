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

test('McNemar: exact of 121 against 59, summed in whole numbers in Python', () => {
  expect(discordant(121, 59).exact).toBeCloseTo(4.434449e-6, 11)
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
  const { mean, interval } = pairedDifference(first, first.map((value) => value - 0.5)) // prettier-ignore
  expect(mean).toBeCloseTo(0.5, 12)
  expect(interval!.lower).toBeCloseTo(0.5, 12)
  expect(interval!.upper).toBeCloseTo(0.5, 12)
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
