import { expect, test, vi } from 'vitest'
import type { ImageResult } from '../../export/image-result.ts'
import { createAllRunEvents, createRunEvents, type RunEvent, type RunEvents } from './run-events.ts'

const iteration = (number: number, images: readonly number[]): RunEvent => ({
  type: 'iteration',
  iteration: number,
  steps: 2,
  restart: 0,
  restarts: 1,
  samples: images.map((image) => ({
    image,
    frame: 0,
    deviation: 1,
    stabilization: null,
    klToLabel: 0,
    klToSmoothed: null,
    klToPrevious: null,
    perturbationMean: 0,
    perturbationVariance: 0,
    signAgreement: null,
    probabilities: [1],
    smoothedTarget: null,
    success: false,
  })),
})
const image = (number: number): RunEvent => ({ type: 'image', image: number, result: {} as ImageResult })
const progress = (done: number): RunEvent => ({
  type: 'progress',
  done,
  total: 4,
  phase: 'attacking',
  note: '',
})
const end: RunEvent = { type: 'end', state: 'done' }

async function heard(events: RunEvents): Promise<RunEvent[]> {
  const all: RunEvent[] = []
  for await (const event of events.watch()) all.push(event)
  return all
}

test('several watchers hear the same, whenever they come', async () => {
  const events = createRunEvents()
  const first = heard(events)
  events.add({ type: 'state', state: 'running' })
  events.add(iteration(1, [0, 1]))
  const second = heard(events)
  events.add(image(0))
  events.add(end)
  const third = heard(events)
  const all = [{ type: 'state', state: 'running' }, iteration(1, [0, 1]), image(0), end]
  expect(await first).toEqual(all)
  expect(await second).toEqual(all)
  expect(await third).toEqual(all)
})

test('an image that is done stands for its iterations, and the last progress for those before', async () => {
  const events = createRunEvents()
  for (const event of [
    progress(1),
    iteration(1, [0, 1]),
    iteration(2, [0, 1]),
    image(0),
    image(1),
    progress(2),
  ])
    events.add(event)
  events.add(iteration(1, [2]))
  events.add(end)
  expect(await heard(events)).toEqual([image(0), image(1), progress(2), iteration(1, [2]), end])
  expect(events.progress).toMatchObject({ done: 2, total: 4 })
})

test('a watcher who leaves does not keep the others from hearing', async () => {
  const events = createRunEvents()
  events.add(progress(1))
  for await (const event of events.watch()) if (event.type === 'progress') break
  const other = heard(events)
  events.add(end)
  expect(await other).toEqual([progress(1), end])
})

test('one stream has the events of all runs, the past ones first, until its watcher leaves', async () => {
  const all = createAllRunEvents()
  const abort = new AbortController()
  const events: string[] = []
  const listening = (async () => {
    for await (const { run, event } of all.watch(() => [{ run: 'a', event: progress(1) }], abort.signal))
      events.push(`${run} ${event.type}`)
  })()
  await Promise.resolve()
  all.add({ run: 'b', event: progress(1) })
  all.add({ run: 'b', event: progress(2) })
  all.add({ run: 'a', event: end })
  await vi.waitFor(() => {
    expect(events).toEqual(['a progress', 'b progress', 'a end'])
  })
  abort.abort()
  await listening
  all.add({ run: 'b', event: end })
  expect(events).toHaveLength(3)
})
