import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { hd95 } from './surface-distance.ts'

const square = { row: 1, column: 1 }
const plane = (image: readonly string[]) => Uint8Array.from(image.join(''), (pixel) => Number(pixel === '#'))

test('two pixels are as far apart as their spacing says', () => {
  const [a, b] = [plane(['#....', '.....', '.....', '.....']), plane(['.....', '.....', '.....', '....#'])]
  const grid = { rows: 4, columns: 5 }
  expect(hd95(a, b, { ...grid, spacing: square })).toBeCloseTo(5, 12) // 3 rows, 4 columns
  expect(hd95(a, b, { ...grid, spacing: { row: 2, column: 0.5 } })).toBeCloseTo(Math.hypot(6, 2), 12)
})

test('is 0 for the same region and not defined where one is empty', () => {
  const a = plane(['.##', '.##', '...'])
  const grid = { rows: 3, columns: 3, spacing: square }
  expect(hd95(a, a, grid)).toBe(0)
  expect(hd95(a, plane(['...', '...', '...']), grid)).toBeNull()
})

test('a 5x5 square in a 7x7 one: every boundary pixel of the inner is 1 away, corners of the outer √2', () => {
  const outer = plane(Array.from({ length: 9 }, (_, r) => (r > 0 && r < 8 ? '.#######.' : '.........')))
  const inner = plane(Array.from({ length: 9 }, (_, r) => (r > 1 && r < 7 ? '..#####..' : '.........')))
  // Of the outer's 24 boundary pixels 4 are corners: ranks 20 to 23 of 0 to 23, and the 95th percentile lies
  // at rank 21.85.
  expect(hd95(inner, outer, { rows: 9, columns: 9, spacing: square })).toBeCloseTo(Math.SQRT2, 12)
  expect(hd95(outer, inner, { rows: 9, columns: 9, spacing: square })).toBeCloseTo(Math.SQRT2, 12)
})

test('agrees with distances taken pair by pair', () => {
  const grid = { rows: 17, columns: 23, spacing: { row: 0.7, column: 1.3 } }
  const random = (seed: number) =>
    Uint8Array.from(uniformTensor([17 * 23], seed, [0, 1]).data, (value) => Number(value > 0.93))
  const [a, b] = [random(1), random(2)]
  // Of so few pixels nearly all are boundary; those that are not have four neighbours set, which does not
  // happen here.
  const points = (pixels: Uint8Array) =>
    [...pixels.keys()].filter((i) => pixels[i] === 1).map((i) => [Math.floor(i / 23), i % 23])
  const directed = (from: number[][], to: number[][]) => {
    const nearest = from.map(([r = 0, c = 0]) =>
      Math.min(...to.map(([s = 0, d = 0]) => Math.hypot((r - s) * 0.7, (c - d) * 1.3))),
    )
    const sorted = nearest.toSorted((x, y) => x - y)
    const rank = 0.95 * (sorted.length - 1)
    const below = sorted[Math.floor(rank)]!
    return below + (sorted[Math.ceil(rank)]! - below) * (rank % 1)
  }
  const expected = Math.max(directed(points(a), points(b)), directed(points(b), points(a)))
  expect(hd95(a, b, grid)).toBeCloseTo(expected, 10)
})
