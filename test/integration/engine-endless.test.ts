import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { addEndlessModel } from '../support/endless-model.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'

/** A cancelled task has five seconds to end; then its process is ended. */
const withinMs = 15_000

describe('a model that never answers', () => {
  const home = mkdtempSync(join(tmpdir(), 'radversary-endless-'))
  let engine: TestEngine
  let study: StudyInfo
  beforeAll(async () => {
    vi.stubEnv('RADVERSARY_HOME', home)
    addEndlessModel(home)
    engine = await startEngine({ home })
    await engine.client.settings.set.mutate({ device: 'cpu' })
    const paths = await engine.client.studies.sample.query()
    study = (await lastOf(await engine.client.studies.open.mutate({ paths }), 'study')).study
  })
  afterAll(async () => {
    await engine.end()
    vi.unstubAllEnvs()
  })

  const attack = (model: string) =>
    engine.client.runs.start.mutate({
      study: study.id,
      images: [11, 12],
      model,
      method: 'i-fgsm',
      forceIntensity: true,
      settings: { steps: 2, epsilon: '8/255' },
    })
  const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000))
  const temporary = () => (existsSync(join(home, 'tmp')) ? readdirSync(join(home, 'tmp')) : [])

  it('is ended when its run is cancelled; the run that waits goes on', async () => {
    const { run } = await attack('endless')
    const { run: waiting } = await attack('phantom-thorax')
    const events = engine.client.runs.watch.query({ run })
    await seconds(3)
    expect(await engine.client.runs.get.query({ run })).toMatchObject({ info: { state: 'running' } })
    const start = performance.now()
    await engine.client.runs.cancel.mutate({ run })
    expect(await lastOf(await events, 'end')).toEqual({ type: 'end', state: 'cancelled' })
    expect(performance.now() - start).toBeLessThan(withinMs)
    expect(await engine.client.runs.get.query({ run })).toMatchObject({ info: { state: 'cancelled' } })
    expect(await lastOf(await engine.client.runs.watch.query({ run: waiting }), 'end')).toEqual({
      type: 'end',
      state: 'done',
    })
    expect(temporary()).toEqual([])
  }, 60_000)

  it('is ended when a prediction is left; another that waits is begun anew', async () => {
    const abort = new AbortController()
    const predict = (model: string, signal?: AbortSignal) =>
      engine.client.models.predict.mutate(
        { study: study.id, images: [11, 12], model, forceIntensity: true },
        ...(signal === undefined ? [] : [{ signal }]),
      )
    const left = predict('endless', abort.signal).then((events) => lastOf(events, 'predictions'))
    left.catch(() => undefined)
    await seconds(3)
    const waiting = predict('phantom-thorax').then((events) => lastOf(events, 'predictions'))
    await seconds(1)
    abort.abort()
    await expect(left).rejects.toThrow()
    expect((await waiting).predictions).toHaveLength(2)
    expect(temporary()).toEqual([])
  }, 60_000)

  it('is ended when a comparison is cancelled, which can be begun again', async () => {
    const { id } = await engine.client.comparisons.create.mutate({
      study: study.id,
      images: [11, 12],
      models: ['endless'],
      forceIntensity: true,
      methods: [{ name: 'noise', settings: {} }],
      budgets: { Linf: ['8/255'], L2: [] },
    })
    const isInWork = async () =>
      (await engine.client.comparisons.list.query()).jobs.some(({ progress }) => progress !== null)
    await engine.client.comparisons.begin.mutate({ id })
    await seconds(3)
    expect(await isInWork()).toBe(true)
    await engine.client.comparisons.cancel.mutate({ id })
    await expect.poll(isInWork, { timeout: withinMs }).toBe(false)
  }, 60_000)

  it('does not keep the engine from closing', async () => {
    await attack('endless')
    await seconds(2)
    const start = performance.now()
    await engine.engine.close()
    expect(performance.now() - start).toBeLessThan(withinMs)
  }, 60_000)
})
