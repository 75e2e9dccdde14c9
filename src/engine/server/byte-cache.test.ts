import { expect, test } from 'vitest'
import { ByteCache } from './byte-cache.ts'

function cacheOf(capacity: number) {
  const made: string[] = []
  const cache = new ByteCache<string>(capacity, (value) => value.length)
  const get = (key: string, value = key) =>
    cache.get(key, () => {
      made.push(key)
      return Promise.resolve(value)
    })
  return { cache, made, get }
}

test('what was not used for longest goes first, and the bound holds', async () => {
  const { cache, made, get } = cacheOf(6)
  for (const key of ['aa', 'bb', 'cc', 'aa', 'dd']) await get(key)
  expect(cache.bytes).toBe(6)
  for (const key of ['aa', 'cc', 'dd', 'bb']) await get(key)
  expect(made).toEqual(['aa', 'bb', 'cc', 'dd', 'bb'])
})

test('a value that is asked for twice at the same time is made once', async () => {
  const { made, get } = cacheOf(6)
  expect(await Promise.all([get('a'), get('a')])).toEqual(['a', 'a'])
  expect(made).toEqual(['a'])
})

test('a value larger than the bound is given but not kept', async () => {
  const { cache, get } = cacheOf(3)
  await get('a')
  expect(await get('b', 'long')).toBe('long')
  expect(cache.bytes).toBe(1)
})

test('a failure is not kept', async () => {
  const { cache, get } = cacheOf(3)
  await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await get('a')).toBe('a')
})

test('a value that is forgotten while it is made is not kept', async () => {
  const { cache, made, get } = cacheOf(9)
  const first = get('study/1')
  cache.forget('study/')
  expect(await first).toBe('study/1')
  expect(cache.bytes).toBe(0)
  await get('study/1')
  expect(made).toEqual(['study/1', 'study/1'])
})

test('a smaller bound lets values go at once', async () => {
  const { cache, get } = cacheOf(6)
  for (const key of ['aa', 'bb', 'cc']) await get(key)
  cache.resize(3)
  expect(cache.bytes).toBe(2)
})
