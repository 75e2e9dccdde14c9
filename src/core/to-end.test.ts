import { expect, test } from 'vitest'
import { toEnd } from './to-end.ts'

async function* counted(failsAt = Infinity) {
  for (let n = 1; n <= 3; n++) {
    if (n === failsAt) throw new Error(`failed at ${n}`)
    yield await Promise.resolve(n)
  }
  return 'done'
}

test('a generator is run to its end, and what it yields is heard in order', async () => {
  const heard: number[] = []
  expect(await toEnd(counted(), (n) => heard.push(n))).toBe('done')
  expect(heard).toEqual([1, 2, 3])
})

test('what a generator throws is thrown on', async () => {
  await expect(toEnd(counted(2))).rejects.toThrow('failed at 2')
})
