import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { createEngineThreads } from '../../src/engine/server/engine-threads.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const sample = join(import.meta.dirname, '../../resources/sample')
const request = {
  study: [join(sample, 'study')],
  model: join(sample, 'model/phantom-thorax.onnx'),
  home: join(sample, 'no-home'),
  device: 'cpu',
  threads: 1,
}

describe('a process of the engine', () => {
  const thread = createEngineThreads().compute
  afterEach(() => thread.close())

  it('gives a task’s result and tells its progress', async () => {
    const done: number[] = []
    const report = await thread.run('predict', request, {
      onProgress: (progress) => done.push(progress.done),
    })
    expect(report.predictions).toHaveLength(28)
    expect(done.at(-1)).toBe(28)
    expect(thread.busy).toBe(0)
  })

  it('hands an error over whole', async () => {
    const running = thread.run('predict', { ...request, model: 'nowhere.onnx' })
    await expect(running).rejects.toMatchObject({
      name: 'RadversaryError',
      code: 'usage',
      message: expect.stringContaining('nowhere.onnx'),
      tip: expect.stringContaining('model add'),
    })
  })

  it('ends a task that is cancelled, before and while it runs', async () => {
    const early = thread.run('predict', request, { signal: AbortSignal.abort() })
    await expect(early).rejects.toMatchObject({ code: 'cancelled' })
    const abort = new AbortController()
    const late = thread.run('predict', request, {
      signal: abort.signal,
      onProgress: () => {
        abort.abort()
      },
    })
    await expect(late).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('says so when it dies in the midst of a task, and starts again for the next', async () => {
    const running = thread.run('predict', request)
    const told = expect(running).rejects.toMatchObject({ code: 'internal' })
    await thread.close()
    await told
    expect((await thread.run('predict', request)).predictions).toHaveLength(28)
  })
})

describeWithSharedData('compressed frames', () => {
  it('are decoded by other threads to the same values', async () => {
    const threads = createEngineThreads()
    const files = ['693_J2KR.dcm', 'JPEG-LL.dcm'].map((name) => sharedData(`formats/mixed/${name}`))
    for (const file of files) {
      const instance = parseInstance(readFileSync(file))
      const [here, there] = await Promise.all([
        decodeFrame(instance, 0),
        decodeFrame(instance, 0, threads.decompress),
      ])
      expect(there).toEqual(here)
    }
    await threads.close()
  })
})
