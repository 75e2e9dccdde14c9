import { expect, test, vi } from 'vitest'
import { LastKept } from './last-kept.ts'

const made = (name: string) => () => Promise.resolve(name)

test('one thing is kept, and another is let go before the next is made', async () => {
  const events: string[] = []
  const kept = new LastKept<string>({ dispose: (left) => Promise.resolve(void events.push(`left ${left}`)) })
  const make = (name: string) => () => {
    events.push(`made ${name}`)
    return Promise.resolve(name)
  }
  for (const name of ['a', 'a', 'b']) expect(await kept.use(name, make(name), (value) => value)).toBe(name)
  expect(events).toEqual(['made a', 'left a', 'made b'])
})

test('what no longer holds is made anew', async () => {
  const kept = new LastKept<string>({ holds: () => Promise.resolve(false) })
  expect(await kept.use('a', made('first'), (value) => value)).toBe('first')
  expect(await kept.use('a', made('second'), (value) => value)).toBe('second')
})

test('it is let go once nobody has used it for a while, and not while it is used', async () => {
  vi.useFakeTimers()
  const dispose = vi.fn(() => Promise.resolve())
  const kept = new LastKept<string>({ dispose, restMs: 100 })
  await kept.use('a', made('a'), () => vi.advanceTimersByTimeAsync(500))
  expect(dispose).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(150)
  expect(dispose).toHaveBeenCalledOnce()
  vi.useRealTimers()
})

test('a failure is not kept', async () => {
  const kept = new LastKept<string>()
  await expect(
    kept.use(
      'a',
      () => Promise.reject(new Error('no')),
      (value) => value,
    ),
  ).rejects.toThrow('no')
  expect(await kept.use('a', made('a'), (value) => value)).toBe('a')
})
