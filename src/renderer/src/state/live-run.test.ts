import { expect, test } from 'vitest'
import type { RunEvent } from '../../../engine/server/runs/run-events.ts'
import { afterEvents, isAtWork, newLiveRun, traceOf } from './live-run.ts'

const sample = {
  deviation: 1,
  stabilization: -0.1,
  klToLabel: 1,
  klToSmoothed: 0.1,
  klToPrevious: null,
  perturbationMean: 0,
  perturbationVariance: 1e-4,
  signAgreement: null,
  probabilities: [0.4, 0.6],
  smoothedTarget: null,
  success: false,
}
const iteration = (image: number, number: number): RunEvent => ({
  type: 'iteration',
  iteration: number,
  steps: 2,
  restart: 0,
  restarts: 1,
  samples: [{ ...sample, image, frame: 0 }],
})
type ImageEvent = Extract<RunEvent, { type: 'image' }>
const result = {
  frames: [{ trace: [{ ...sample, iteration: 7, restart: 0 }] }],
} as unknown as ImageEvent['result']

test('iterations gather by frame until the image’s result brings them all', () => {
  const running = afterEvents(newLiveRun, [iteration(0, 1), iteration(1, 1), iteration(0, 2)])
  expect(traceOf(running, 0, 0).map((point) => point.iteration)).toEqual([1, 2])
  const finished = afterEvents(running, [{ type: 'image', image: 0, result }])
  expect(traceOf(finished, 0, 0).map((point) => point.iteration)).toEqual([7])
  expect([...finished.traces.keys()]).toEqual(['1/0'])
})

test('a run’s state follows its events to the end', () => {
  const progress: RunEvent = { type: 'progress', done: 1, total: 28, phase: 'attacking', note: '' }
  const running = afterEvents(newLiveRun, [{ type: 'state', state: 'queued' }, progress])
  expect(running).toMatchObject({ state: 'running', progress: { done: 1 } })
  expect(afterEvents(running, [{ type: 'state', state: 'cancelling' }, progress]).state).toBe('cancelling')
  expect(isAtWork(running)).toBe(true)
  const ended = afterEvents(running, [{ type: 'end', state: 'done' }])
  expect(isAtWork(ended)).toBe(false)
})

test('an error keeps what the engine says of it', () => {
  const error = { code: 'io-failed', message: 'm', tip: null, file: null } as const
  expect(afterEvents(newLiveRun, [{ type: 'error', error }])).toMatchObject({ state: 'failed', error })
})
