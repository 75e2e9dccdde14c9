import { expect, test } from 'vitest'
import { largestOffset, type SliceGeometry } from './source-images.ts'

const grid: SliceGeometry = {
  orientation: [
    [1, 0, 0],
    [0, 1, 0],
  ],
  pixelSpacing: [2, 0.5],
  origin: [10, 20, 30],
  step: [0, 0, 3],
}

test('grids that are one lie nowhere apart', () => {
  expect(largestOffset(grid, { ...grid }, [4, 5, 6])).toEqual({ mm: 0, pixels: 0 })
})

test('the furthest corner says how far grids lie apart', () => {
  const larger: SliceGeometry = { ...grid, step: [0, 0, 3.1], origin: [10, 20, 29.9] }
  const { mm, pixels } = largestOffset(grid, larger, [4, 5, 6])
  expect(mm).toBeCloseTo(0.4, 10)
  expect(pixels).toBeCloseTo(0.8, 10)
})

test('a grid the other way round is far from the first', () => {
  const turned: SliceGeometry = { ...grid, origin: [10, 20, 45], step: [0, 0, -3] }
  expect(largestOffset(grid, turned, [4, 5, 6]).mm).toBeCloseTo(15, 10)
})
