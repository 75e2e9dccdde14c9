import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as loops from '../../../test/support/pixel-loops.ts'
import { randomSource } from '../random.ts'
import { axisWeights } from '../tensor/interpolation.ts'
import { gaussianTaps } from '../tensor/smoothing.ts'
import { smoothPlane } from './gaussian.ts'
import { similaritySum, type HalfWindow } from './image-distance.ts'
import { advance, perturbationStatistics, sumInto, toScaledSign } from './kernels.ts'
import { sourceHash } from './pixel-kernels.ts'
import { isWithin } from './planes.ts'
import { resamplePlane } from './resample.ts'

const random = randomSource(16, 0)
const draw = (count: number) => Float32Array.from({ length: count }, () => random.symmetric())

test('the module was compiled from its source as it is: else `npm run wasm`', () => {
  const source = readFileSync(join(import.meta.dirname, '../../../wasm/pixels.ts'))
  expect(createHash('sha256').update(source).digest('hex')).toBe(sourceHash)
})

/** One value, less than a vector, a whole tile, one beyond it, two and a part. */
test.each([1, 3, 16384, 16385, 33001])(
  '%i values: a step, its sign and its statistics, bit by bit',
  (count) => {
    const [image, gradient, ends] = [draw(count), draw(count), draw(count).map(Math.abs)]
    gradient[0] = -0
    const [lower, upper] = [image.map((v, i) => v - ends[i]! / 9), image.map((v, i) => v + ends[i]! / 9)]
    const steps = [gradient.slice(), gradient.slice()] as const
    toScaledSign(steps[0], 0.07)
    loops.toScaledSign(steps[1], 0.07)
    const points = [image.slice(), image.slice()] as const
    advance(points[0], steps[0], lower, upper)
    loops.advance(points[1], steps[1], lower, upper)
    const signs = [new Int8Array(count), new Int8Array(count)] as const
    for (const direction of [gradient, draw(count)])
      expect(perturbationStatistics(points[0], image, direction, signs[0])).toStrictEqual(
        loops.perturbationStatistics(points[1], image, direction, signs[1]),
      )
    const sums = [draw(count), new Float32Array(count)] as const
    sums[1].set(sums[0])
    sumInto(sums[0], sums[0], image)
    loops.sumInto(sums[1], sums[1], image)
    for (const [ours, theirs] of [steps, points, signs, sums]) expect(ours).toStrictEqual(theirs)
  },
)

test.each([
  ['bilinear-antialiased', 40, 17],
  ['bilinear-antialiased', 17, 40],
  ['bilinear', 40, 17],
  ['nearest', 9, 40],
  ['lanczos-antialiased', 33, 33],
] as const)('resampling, bit by bit: %s, %i to %i', (kernel, from, to) => {
  const axes = { rows: axisWeights(from, to, kernel), columns: axisWeights(to + 4, from + 3, kernel) }
  const planes = draw(2 * from * (to + 4))
  const out = new Float32Array(2 * to * (from + 3))
  resamplePlane(planes, out, 1, axes)
  expect(out.subarray(to * (from + 3))).toStrictEqual(loops.resampled(planes.subarray(from * (to + 4)), axes))
})

test.each([
  [9, 13, 3],
  [30, 31, 15],
  [2, 3, 9],
  [1, 1, 5],
  [5, 8, 1],
])('smoothing, bit by bit: %i x %i by %i taps', (rows, columns, size) => {
  const half = gaussianTaps({ size, sigma: 1.3 }).subarray((size - 1) / 2)
  const data = draw(rows * columns)
  const out = new Float32Array(data.length)
  smoothPlane(data, out, half, { start: 0, rows, columns })
  expect(out).toStrictEqual(loops.smoothed(data, half, rows, columns))
})

test.each([
  [11, 11],
  [12, 24],
  [29, 18],
])('SSIM, bit by bit: %i x %i', (rows, columns) => {
  const [, , , , , ...taps] = gaussianTaps({ size: 11, sigma: 1.5 })
  const half = taps as unknown as HalfWindow
  const [a, noise] = [draw(rows * columns), draw(rows * columns)]
  const pair = { a, b: a.map((value, i) => value + noise[i]! / 20), rows, columns, start: 0 }
  expect(similaritySum(pair, half, 1e-4, 9e-4)).toBe(loops.similaritySum(pair, half, 1e-4, 9e-4))
})

test('values within [0, 1], ends included; a value that is no number is not', () => {
  const inside = draw(20001).map(Math.abs)
  expect(isWithin(inside)).toBe(true)
  expect(isWithin(Float32Array.of(0, 1))).toBe(true)
  for (const beyond of [-1e-9, 1.001, NaN]) expect(isWithin(inside.with(20000, beyond))).toBe(false)
})
