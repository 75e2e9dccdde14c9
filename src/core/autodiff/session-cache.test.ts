import { expect, test } from 'vitest'
import { SessionCache } from './session-cache.ts'

/** A cache of names that notes what is created and disposed of. */
function observed(capacity: number) {
  const log: string[] = []
  const cache = new SessionCache<{ name: string; dispose(): Promise<void> }>(capacity)
  const create = (name: string) => () => {
    log.push(`create ${name}`)
    return Promise.resolve({ name, dispose: () => Promise.resolve(void log.push(`dispose ${name}`)) })
  }
  const use = (name: string, work: () => Promise<void> = () => Promise.resolve()) =>
    cache.use(name, create(name), work)
  return { cache, log, use }
}

test('a value is created once, also by two uses at a time', async () => {
  const { log, use } = observed(2)
  await Promise.all([use('a'), use('a')])
  await use('a')
  expect(log).toEqual(['create a'])
})

test('the least recently used value goes first', async () => {
  const { log, use } = observed(2)
  await use('a')
  await use('b')
  await use('a')
  await use('c')
  expect(log).toEqual(['create a', 'create b', 'create c', 'dispose b'])
})

test('a value in use is disposed of when its use ends', async () => {
  const { log, use } = observed(1)
  await use('a', async () => {
    await use('b')
    expect(log).not.toContain('dispose a')
  })
  expect(log).toContain('dispose a')
})

test('a failed creation is tried again', async () => {
  const { cache, use, log } = observed(1)
  await expect(
    cache.use(
      'a',
      () => Promise.reject(new Error('no memory')),
      () => Promise.resolve(),
    ),
  ).rejects.toThrow('no memory')
  await use('a')
  expect(log).toEqual(['create a'])
})

test('disposing of the cache disposes of every value', async () => {
  const { cache, log, use } = observed(3)
  await use('a')
  await use('b')
  await cache.dispose()
  expect(log.slice(2)).toEqual(['dispose a', 'dispose b'])
})
