import { expect, test } from 'vitest'
import { uniformTensor } from '../../../../test/support/numbers.ts'
import { contrastLowered, motionBlurred } from './corruption.ts'

const shape = [1, 1, 9, 9]

test('lower contrast draws values to the channel’s mean', () => {
  const x = uniformTensor([1, 2, 4, 4], 1, [0, 1])
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  const low = contrastLowered(x, 0.25).data
  expect(mean(low.subarray(16))).toBeCloseTo(mean(x.data.subarray(16)), 6)
  for (const [i, value] of x.data.subarray(16).entries())
    expect(low[16 + i]).toBeCloseTo(mean(x.data.subarray(16)) + 0.25 * (value - mean(x.data.subarray(16))), 6)
})

test('a point moved along the rows is smeared along them, and keeps its sum', () => {
  const x = { shape, data: new Float32Array(81) }
  x.data[4 * 9 + 4] = 1
  const { data } = motionBlurred(x, { length: 5, angle: 0 })
  expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5)
  for (let i = 0; i < 81; i++)
    expect(data[i]).toBeCloseTo(Math.floor(i / 9) === 4 && Math.abs((i % 9) - 4) <= 2 ? 0.2 : 0, 6)
})

test('a flat image shows no motion', () => {
  const flat = { shape, data: new Float32Array(81).fill(0.3) }
  for (const value of motionBlurred(flat, { length: 7, angle: 0.6 }).data) expect(value).toBeCloseTo(0.3, 6)
})
