import { expect, test } from 'vitest'
import { interleaved, median, timed, type Contestant } from './interleave.ts'

test('the two sides take turns, after each has warmed up', async () => {
  const visits: string[] = []
  const side = (name: string, ms: number): Contestant => {
    return (count) => {
      visits.push(name)
      return Promise.resolve(new Array<number>(count).fill(ms))
    }
  }
  await interleaved([side('A', 100), side('B', 200)], { rounds: 2, visitMs: 200 })
  expect(visits.join(' ')).toBe('A A B B A B A B')
})

test('each side gets its median and its best time', async () => {
  const times = [9, 9, 4, 8, 6]
  const [timing] = await interleaved([() => Promise.resolve([times.shift() ?? NaN])], { rounds: 3 })
  expect(timing).toEqual({ medianMs: 6, bestMs: 4 })
})

test('every repetition is timed by itself', async () => {
  let calls = 0
  const times = await timed(() => Promise.resolve(calls++))(3)
  expect(calls).toBe(3)
  expect(times).toHaveLength(3)
})

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 2])).toBe(2)
})
