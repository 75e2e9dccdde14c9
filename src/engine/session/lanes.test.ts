import { expect, test } from 'vitest'
import { inLanes } from '../session/lanes.ts'

const items = [5, 1, 4, 1, 3]
const pause = (turns: number) => new Promise((resolve) => setTimeout(resolve, turns))

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const value of values) found.push(value)
  return found
}

test('results come in the order of the items, each lane on one item at a time', async () => {
  const busy = new Map<string, number>()
  let most = 0
  const results = await all(
    inLanes({ items, lanes: ['a', 'b'] }, async (item, lane) => {
      busy.set(lane, (busy.get(lane) ?? 0) + 1)
      most = Math.max(most, ...busy.values())
      await pause(item)
      busy.set(lane, (busy.get(lane) ?? 0) - 1)
      return 10 * item
    }),
  )
  expect(results).toEqual([50, 10, 40, 10, 30])
  expect(most).toBe(1)
  expect(busy.size).toBe(2)
})

test.each([1, 3, 9])('%i lanes do the same', async (count) => {
  const lanes = Array.from({ length: count }, (_, lane) => lane)
  expect(await all(inLanes({ items, lanes }, (item) => Promise.resolve(item)))).toEqual(items)
})

test('a failure aborts the others, which are waited for, and starts nothing more', async () => {
  const seen: string[] = []
  const running = all(
    inLanes({ items: ['slow', 'bad', 'never', 'never'], lanes: [1, 2] }, async (item, _lane, signal) => {
      if (item === 'bad') throw new Error('bad')
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve)
      })
      await pause(1)
      seen.push(item)
      return item
    }),
  )
  await expect(running).rejects.toThrow('bad')
  expect(seen).toEqual(['slow'])
})

test('whoever calls can abort too', async () => {
  const abort = new AbortController()
  const running = all(
    inLanes({ items, lanes: [1], signal: abort.signal }, async (_item, _lane, signal) => {
      abort.abort()
      signal.throwIfAborted()
      return Promise.resolve()
    }),
  )
  await expect(running).rejects.toThrow(/abort/)
})
