import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { discBlurred, widelyBlurred } from './artefacts.ts'
import { rotated } from './rotation.ts'

const size = { rows: 21, columns: 21 }
const point = new Float32Array(441)
point[10 * 21 + 10] = 1

test('a pose moves down and right, and turns about the middle', () => {
  const turned = (plane: Float32Array, angle: number, shift?: { down: number; right: number }) =>
    rotated(plane, { channels: 1, ...size, angle, shift })
  const moved = turned(point, 0, { down: 3, right: -2 })
  expect(moved[13 * 21 + 8]).toBeCloseTo(1, 6)
  const beside = new Float32Array(441)
  beside[10 * 21 + 15] = 1
  expect(turned(beside, Math.PI / 2)[5 * 21 + 10]).toBeCloseTo(1, 5)
})

test('a point out of focus is a disc of the same sum', () => {
  const blurred = discBlurred(point, size, 4)
  for (const [i, value] of blurred.entries()) {
    const within = Math.hypot(Math.floor(i / 21) - 10, (i % 21) - 10) <= 4
    expect(value).toBeCloseTo(within ? 1 / 49 : 0, 6)
  }
})

test('a wide blur has the deviation that it is asked for', () => {
  const wide = { rows: 81, columns: 81 }
  const impulse = new Float32Array(81 * 81)
  impulse[40 * 81 + 40] = 1
  const blurred = widelyBlurred(impulse, wide, Math.sqrt(42))
  const moment = blurred.reduce((sum, value, i) => sum + value * (Math.floor(i / 81) - 40) ** 2, 0)
  expect(Math.sqrt(moment)).toBeGreaterThan(6.4)
  expect(Math.sqrt(moment)).toBeLessThan(6.6)
  expect(blurred.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4)
})

test('neither blur changes a flat image', () => {
  const flat = uniformTensor([441], 1, [0.4, 0.4]).data
  for (const blurred of [discBlurred(flat, size, 3), widelyBlurred(flat, size, 2)])
    for (const value of blurred) expect(value).toBeCloseTo(0.4, 5)
})
