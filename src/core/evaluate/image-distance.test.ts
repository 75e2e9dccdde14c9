import { expect, test } from 'vitest'
import { clippedToWindow, imageDistance, toPlanes } from './image-distance.ts'

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
