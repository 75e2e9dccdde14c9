import { expect, test } from 'vitest'
import { regionMask, regionSize, shapeBetween, toBase64 } from './region.ts'

const rectangle = shapeBetween('rectangle', { x: 4, y: 3 }, { x: 1, y: 1 })

test('a rectangle dragged backwards covers the pixels whose centres it holds', () => {
  const mask = regionMask({ rows: 5, columns: 6, shapes: [rectangle] })
  expect([...mask].join('').match(/.{6}/g)).toEqual(['000000', '011100', '011100', '000000', '000000'])
})

test('an ellipse covers about π/4 of its box and touches its sides', () => {
  const ellipse = shapeBetween('ellipse', { x: 0, y: 0 }, { x: 200, y: 100 })
  const { fraction } = regionSize({ rows: 100, columns: 200, shapes: [ellipse] })
  expect(fraction).toBeCloseTo(Math.PI / 4, 2)
})

test('shapes add up, and what lies outside the image is left out', () => {
  const outside = shapeBetween('rectangle', { x: -5, y: -5 }, { x: 1, y: 1 })
  expect(regionSize({ rows: 5, columns: 6, shapes: [rectangle, rectangle, outside] }).pixels).toBe(6 + 1)
})

test('a mask of a large image becomes base64 that decodes to the same bytes', () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251)
  expect(Buffer.from(toBase64(bytes), 'base64').equals(bytes)).toBe(true)
})
