import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { clippedToWindow, imageDistance, ssim, toPlanes } from './image-distance.ts'

test('distances by hand', () => {
  const source = Uint16Array.of(100, 200, 300, 400)
  const adversarial = Uint16Array.of(100, 203, 296, 400)
  const distance = imageDistance({ source, adversarial, channels: 1, rows: 2, columns: 2, dataRange: 4095 })
  expect(distance).toEqual({
    linf: 4,
    l2: 5,
    psnr: 10 * Math.log10(4095 ** 2 / (25 / 4)),
    ssim: null,
    changed: 2,
    changedFraction: 0.5,
  })
})

test('equal images have an SSIM of 1, no finite PSNR, and no change', () => {
  const image = Float32Array.from({ length: 2 * 121 }, (_, i) => i / 242)
  const distance = imageDistance({
    source: image,
    adversarial: image.slice(),
    channels: 2,
    rows: 11,
    columns: 11,
    dataRange: 1,
  })
  expect(distance).toMatchObject({ linf: 0, l2: 0, psnr: null, changed: 0, changedFraction: 0 })
  expect(distance.ssim).toBeCloseTo(1, 12)
})

test('SSIM is the mean over channels', () => {
  const flat = (first: number, second: number) =>
    Float32Array.from({ length: 242 }, (_, i) => (i < 121 ? first : second))
  const { ssim } = imageDistance({
    source: flat(0, 0.5),
    adversarial: flat(1, 0.5),
    channels: 2,
    rows: 11,
    columns: 11,
    dataRange: 1,
  })
  expect(ssim).toBeCloseTo((1e-4 / (1 + 1e-4) + 1) / 2, 9)
})

test('images of other extents are refused', () => {
  const image = new Float32Array(4)
  expect(() =>
    imageDistance({ source: image, adversarial: image, channels: 1, rows: 2, columns: 3, dataRange: 1 }),
  ).toThrow('Image distance: expected 6 values for [1, 2, 3], got 4')
})

test('the window shows nothing beyond [0, 1]', () => {
  expect(clippedToWindow(Float32Array.of(-0.5, 0.25, 1.5))).toEqual(Float32Array.of(0, 0.25, 1))
})

test('interleaved colours become planes', () => {
  expect([...Array.from(toPlanes(Uint8Array.of(1, 2, 3, 4, 5, 6), 3))]).toEqual([1, 4, 2, 5, 3, 6])
})

const [rows, columns] = [14, 17]
const a = uniformTensor([rows, columns], 1, [0, 255]).data
const b = a.map((value, i) => Math.min(255, Math.max(0, value + 40 * Math.sin(i))))

/** Equation 13 as it stands: every window by itself, weighted means, variances and covariance about them. */
function bySingleWindows(dataRange: number): number {
  const weights = Array.from({ length: 121 }, (_, i) =>
    Math.exp(-((Math.floor(i / 11) - 5) ** 2 + ((i % 11) - 5) ** 2) / (2 * 1.5 ** 2)),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const values: number[] = []
  for (let top = 0; top <= rows - 11; top++)
    for (let left = 0; left <= columns - 11; left++) {
      const average = (f: (at: number) => number) =>
        weights.reduce(
          (sum, weight, i) =>
            sum + (weight / total) * f((top + Math.floor(i / 11)) * columns + left + (i % 11)),
          0,
        )
      const [ma, mb] = [average((at) => a[at]!), average((at) => b[at]!)]
      const va = average((at) => (a[at]! - ma) ** 2)
      const vb = average((at) => (b[at]! - mb) ** 2)
      const cab = average((at) => (a[at]! - ma) * (b[at]! - mb))
      const [c1, c2] = [(0.01 * dataRange) ** 2, (0.03 * dataRange) ** 2]
      values.push(((2 * ma * mb + c1) * (2 * cab + c2)) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2)))
    }
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

test('SSIM agrees with the definition, window by window', () => {
  expect(ssim({ a, b, rows, columns }, 255)).toBeCloseTo(bySingleWindows(255), 9)
  expect(ssim({ a, b, rows, columns }, 4095)).toBeCloseTo(bySingleWindows(4095), 9)
})

test('SSIM of an image with itself is 1, also where it is bright and flat', () => {
  expect(ssim({ a, b: a, rows, columns }, 255)).toBeCloseTo(1, 12)
  const bright = a.map((value) => 60000 + value / 255)
  expect(ssim({ a: bright, b: bright, rows, columns }, 65535)).toBeCloseTo(1, 9)
})

test('SSIM of two flat images is the luminance term', () => {
  const [dark, light] = [a.map(() => 50), a.map(() => 100)]
  const c1 = 2.55 ** 2
  expect(ssim({ a: dark, b: light, rows, columns }, 255)).toBeCloseTo(
    (2 * 50 * 100 + c1) / (50 ** 2 + 100 ** 2 + c1),
    9,
  )
})

test('SSIM is not defined for images below its window, nor without a range', () => {
  expect(ssim({ a, b, rows: 10, columns: 11 }, 255)).toBeNull()
  expect(() => ssim({ a, b, rows, columns }, 0)).toThrow('data range above 0')
})
