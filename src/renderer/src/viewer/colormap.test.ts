import { expect, test } from 'vitest'
import {
  colourLimit,
  colourOf,
  type Colours,
  fittingMagnification,
  limitText,
  magnitudeLimit,
  type Painting,
  paintValues,
} from './colormap.ts'

const signedColour = (value: number) => colourOf(value, 'signed')

function painted(
  values: number[],
  limit: number,
  changes: Partial<Painting> = {},
  samples: 1 | 3 = 1,
): number[][] {
  const rgba = new Uint8ClampedArray((values.length / samples) * 4)
  paintValues(Float32Array.from(values), rgba, {
    colours: 'signed',
    scale: 'linear',
    limit,
    use: 'alone',
    samples,
    ...changes,
  })
  return Array.from({ length: rgba.length / 4 }, (_, i) => [...rgba.subarray(4 * i, 4 * i + 4)])
}

test('zero is black, negative is blue, positive is orange', () => {
  expect(signedColour(0)).toEqual([0, 0, 0])
  const [, , blueOfNegative] = signedColour(-0.5)
  const [redOfNegative] = signedColour(-0.5)
  const [redOfPositive, , blueOfPositive] = signedColour(0.5)
  expect(blueOfNegative).toBeGreaterThan(redOfNegative)
  expect(redOfPositive).toBeGreaterThan(blueOfPositive)
})

test.each<[Colours, number]>([
  ['signed', -1],
  ['signed', 1],
  ['magnitude', 1],
])('lightness of %s colours grows with size, times %d', (colours, sign) => {
  const sizes = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1].map((size) =>
    colourOf(sign * size, colours).reduce((a, b) => a + b),
  )
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
})

test('magnitudes have no sign, and a colour that no signed value has', () => {
  expect(painted([-1, -0.3], 1, { colours: 'magnitude' })).toEqual(
    painted([1, 0.3], 1, { colours: 'magnitude' }),
  )
  const [red, green, blue] = colourOf(0.6, 'magnitude')
  expect(green).toBeGreaterThan(Math.max(red, blue))
})

test('the limit and beyond take the strongest colour', () => {
  const [negative, zero, positive, beyond] = painted([-2, 0, 2, 50], 2)
  expect(negative).toEqual([...signedColour(-1), 255])
  expect(zero).toEqual([0, 0, 0, 255])
  expect(positive).toEqual([...signedColour(1), 255])
  expect(beyond).toEqual(positive)
})

test('over an image, nothing is see-through and much is opaque', () => {
  const [nothing, little, much] = painted([0, 0.2, 1], 1, { use: 'over' }).map((pixel) => pixel[3] ?? NaN)
  expect(nothing).toBe(0)
  expect(little).toBeGreaterThan(0)
  expect(little).toBeLessThan(255)
  expect(much).toBe(255)
})

test('of a colour pixel the sample of the greatest size is painted, with its sign', () => {
  expect(painted([0.1, -1, 0.5], 1, {}, 3)).toEqual(painted([-1], 1))
})

const scale = { rangeWidth: 400, slope: 2, unit: 'HU' }

test('at ×1 the colours span the intensity range, at ×100 a hundredth of it', () => {
  expect(colourLimit(scale, 1)).toBe(400)
  expect(colourLimit(scale, 100)).toBe(4)
})

test('the limit is told in each unit', () => {
  expect(limitText(scale, 40, 'modality')).toBe('±10 HU')
  expect(limitText(scale, 40, 'grey-levels')).toBe('±6.375 grey levels of 255')
  expect(limitText(scale, 40, 'stored-levels')).toBe('±5 stored levels')
  expect(limitText({ ...scale, unit: 'US' }, 40, 'modality')).toBe('±10')
})

test('of magnitudes the greatest fills the colours at ×1, whatever its sign', () => {
  expect(magnitudeLimit({ min: -0.4, max: 0.2 }, 1)).toBe(0.4)
  expect(magnitudeLimit({ min: -0.4, max: 0.2 }, 4)).toBe(0.1)
  expect(magnitudeLimit({ min: 0, max: 0 }, 4)).toBe(1)
})

test('a budget of 8/255 fills the colours at ×32; the slider’s ends are kept', () => {
  expect(fittingMagnification(8 / 255)).toBe(32)
  expect(fittingMagnification(0.001)).toBe(100)
  expect(fittingMagnification(3)).toBe(1)
  expect(fittingMagnification(undefined)).toBe(30)
})

test('a logarithmic scale shows a hundredth of the limit, with its sign', () => {
  const [small, none, large, minus] = painted([0.01, 0, 1, -0.01], 1, { scale: 'log' })
  expect(none).toEqual([0, 0, 0, 255])
  expect(large).toEqual([...signedColour(1), 255])
  expect(small![0]).toBeGreaterThan(50)
  expect(minus![2]).toBeGreaterThan(50)
})

test('by rank, the middle of an image’s sizes is half as strong, whatever they are', () => {
  const [least, middle, most, none] = painted([0.001, 0.002, 9, 0], 9, { scale: 'rank' })
  expect(none).toEqual([0, 0, 0, 255])
  expect(most).toEqual([...signedColour(1), 255])
  expect(middle![0]).toBeGreaterThanOrEqual(least![0]!)
  expect(least![0]).toBeGreaterThan(80)
})
