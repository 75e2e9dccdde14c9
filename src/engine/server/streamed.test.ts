import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RadversaryError } from '../../core/errors.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { streamed } from './streamed.ts'

const progress = (done: number) => ({ done, total: 9, phase: 'counting', note: '' })

test('yields what a job tells, and ends with its result', async () => {
  const stream = streamed(async ({ onProgress, onNotice }) => {
    onProgress?.(progress(1))
    await setImmediate()
    onNotice?.('half')
    return 'done'
  })
  expect((await stream.next()).value).toEqual({ type: 'progress', ...progress(1) })
  expect((await stream.next()).value).toEqual({ type: 'notice', sentence: 'half' })
  expect(await stream.next()).toEqual({ done: true, value: 'done' })
})

test('progress that nobody has heard gives way to newer one', async () => {
  const stream = streamed(({ onProgress }) => {
    for (let done = 1; done <= 9; done++) onProgress?.(progress(done))
    return Promise.resolve()
  })
  expect((await stream.next()).value).toMatchObject({ done: 9 })
  expect((await stream.next()).done).toBe(true)
})

test('throws what the job throws', async () => {
  const stream = streamed(() => Promise.reject(new RadversaryError('usage', 'Job: no')))
  await expect(stream.next()).rejects.toThrow('Job: no')
})

test.each([['its reader leaves'], ['the request is aborted']])('a job is cancelled when %s', async (how) => {
  const abort = new AbortController()
  let error: unknown
  const stream = streamed(async ({ signal, onProgress }: JobHooks) => {
    try {
      for (;;) {
        onProgress?.(progress(1))
        await setImmediate()
        throwIfCancelled(signal)
      }
    } catch (thrown) {
      error = thrown
      throw thrown
    }
  }, abort.signal)
  await stream.next()
  if (how === 'its reader leaves') await stream.return(undefined as never)
  else abort.abort()
  await setImmediate()
  await setImmediate()
  expect(error).toMatchObject({ code: 'cancelled' })
})
