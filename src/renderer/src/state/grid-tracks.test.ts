import { expect, test } from 'vitest'
import { evenTracks, movedLine } from './grid-tracks.ts'

test('a line parts the room of its two neighbours, and leaves the others as they are', () => {
  const { columns } = evenTracks('1x4')
  expect(movedLine(columns, 1, 0.4).map((share) => Number(share.toFixed(3)))).toEqual([
    0.25, 0.15, 0.35, 0.25,
  ])
})

test('no viewport is moved away', () => {
  expect(movedLine([0.5, 0.5], 0, -1)[0]).toBeCloseTo(0.1)
  expect(movedLine([0.5, 0.5], 0, 2)[1]).toBeCloseTo(0.1)
})
