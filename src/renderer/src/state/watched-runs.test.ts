import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inBatches } from './watched-runs.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

async function* broken(): AsyncGenerator<number> {
  yield* [1, 2]
  await Promise.resolve()
  throw new Error('gone')
}

async function* slow(): AsyncGenerator<number> {
  yield* [1, 2]
  await new Promise((resolve) => setTimeout(resolve, 250))
  yield 3
}

test('what waits when a source breaks is applied before that is told, and never after', async () => {
  const told: unknown[] = []
  await inBatches(broken(), (batch) => told.push(batch), 100).catch(() => told.push('lost'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(told).toEqual([[1, 2], 'lost'])
})

test('items come together, in order, and the last ones at the end', async () => {
  const told: unknown[] = []
  const ended = inBatches(slow(), (batch) => told.push(batch), 100).then(() => told.push('end'))
  await vi.advanceTimersByTimeAsync(120)
  expect(told).toEqual([[1, 2]])
  await vi.advanceTimersByTimeAsync(200)
  await ended
  expect(told).toEqual([[1, 2], [3], 'end'])
})
