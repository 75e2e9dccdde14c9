import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { proximalLinf } from './proximal.ts'

test('the proximal step is lower than any radius beside its own', () => {
  const far = uniformTensor([50], 1, [-0.2, 0.2]).data
  const metric = uniformTensor([50], 2, [0.1, 2]).data
  const [lower, upper] = [new Float32Array(50).fill(-0.15), new Float32Array(50).fill(0.1)]
  const found = far.slice()
  proximalLinf(found, { metric, lambda: 0.4, lower, upper })
  const radius = Math.max(...found.map(Math.abs))
  const at = (r: number) =>
    far.reduce((sum, value, i) => {
      const u = Math.min(Math.max(Math.min(Math.max(value, -0.15), 0.1), -r), r)
      return sum + ((metric[i] ?? NaN) * (u - value) ** 2) / 2
    }, 0.4 * r)
  expect(radius).toBeGreaterThan(0.02)
  expect(radius).toBeLessThan(0.15)
  for (const other of [0, 0.9 * radius, 0.99 * radius, 1.01 * radius, 1.1 * radius, 0.2])
    expect(at(radius)).toBeLessThan(at(other) + 1e-9)
})

test('a weight above all that pulls leaves nothing', () => {
  const move = new Float32Array([0.1, -0.2])
  const free = new Float32Array([1, 1])
  proximalLinf(move, { metric: free, lambda: 1, lower: new Float32Array([-1, -1]), upper: free })
  for (const value of move) expect(value).toBeCloseTo(0, 6)
})
