import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readInstance } from '../../src/adapters/fs/read-file.ts'
import { readJson } from '../../src/adapters/fs/json-file.ts'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { modalityFunction } from '../../src/core/dicom/lookup-tables.ts'
import { pixelMeaning } from '../../src/core/dicom/meaning.ts'
import { attackRecord } from '../../src/engine/export/record.ts'
import type { RunEvent } from '../../src/engine/server/runs/run-events.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'

const sample = join(import.meta.dirname, '../../resources/sample')
const steps = 3
const kept = { choice: 'keep' } as const

describe('the engine and runs', () => {
  let engine: TestEngine
  let study: StudyInfo
  let request: Parameters<TestEngine['client']['runs']['start']['mutate']>[0]
  const images = [10, 11, 12, 13, 14]
  const target = mkdtempSync(join(tmpdir(), 'radversary-exported-'))
  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    const paths = await engine.client.studies.sample.query()
    study = (await lastOf(await engine.client.studies.open.mutate({ paths }), 'study')).study
    const labels = join(sample, 'study/labels.csv')
    const settings = { steps, epsilon: '8/255', stepSize: '2/255' }
    request = { study: study.id, images, model: 'phantom-thorax', labels, method: 'smia', settings, batch: 2 }
  })
  afterAll(async () => {
    await engine.end()
    rmSync(target, { recursive: true })
  })

  const attackRecordOf = (folder: string) => readJson(join(folder, 'record.json'), attackRecord)

  async function watch(run: string): Promise<RunEvent[]> {
    const events: RunEvent[] = []
    for await (const event of await engine.client.runs.watch.query({ run })) events.push(event)
    return events
  }

  describe('one that is left to its end', () => {
    let run: string
    let events: RunEvent[]
    let late: RunEvent[]
    beforeAll(async () => {
      run = (await engine.client.runs.start.mutate(request)).run
      const first = watch(run)
      for await (const event of await engine.client.runs.watch.query({ run }))
        if (event.type === 'image') break
      ;[events, late] = await Promise.all([first, watch(run)])
    }, 120_000)

    it('tells every iteration of every image', () => {
      const told = events.flatMap((event) =>
        event.type === 'iteration' ? event.samples.map(({ image }) => `${image}/${event.iteration}`) : [],
      )
      const expected = images.flatMap((_, image) =>
        Array.from({ length: steps }, (__, iteration) => `${image}/${iteration + 1}`),
      )
      expect(told.sort()).toEqual(expected.sort())
      expect(events.at(-1)).toEqual({ type: 'end', state: 'done' })
    })

    it('tells a watcher who comes late every image that is done', () => {
      const imagesOf = (all: RunEvent[]) =>
        all.flatMap((event) => (event.type === 'image' ? [event.image] : []))
      expect(imagesOf(late)).toEqual([0, 1, 2, 3, 4])
      expect(imagesOf(events)).toEqual([0, 1, 2, 3, 4])
      expect(late.at(-1)).toEqual({ type: 'end', state: 'done' })
    })

    it('tells one who comes after the end what is on disk', async () => {
      const after = await watch(run)
      expect(after.map(({ type }) => type)).toEqual(['image', 'image', 'image', 'image', 'image', 'end'])
      expect(after[0]).toEqual(events.find(({ type }) => type === 'image'))
    })

    it('is listed with its summary, and given with record and iterations', async () => {
      const { runs, broken } = await engine.client.runs.list.query()
      expect(broken).toEqual([])
      expect(runs).toMatchObject([{ id: run, state: 'done', study: study.id, summary: { slices: 5 } }])
      expect(runs[0]?.request.name).toBe('SMIA 8/255, phantom-thorax, study')
      const details = await engine.client.runs.get.query({ run })
      expect(details.record?.images.length).toBe(5)
      expect(
        details.images.map(({ image, result }) => [image, result.file, result.frames[0]?.trace.length]),
      ).toEqual(images.map((place, image) => [image, study.series[0]!.images[place]!.name, steps]))
    })

    it('gives adversarial and smoothed frames as they are in its files, and the perturbation in HU', async () => {
      const original = await readInstance({ path: join(sample, 'study', study.series[0]!.images[12]!.name) })
      const valueOf = modalityFunction(pixelMeaning(original, 0).modality)
      const before = (await decodeFrame(original, 0)).values
      const stored = async (folder: string) =>
        (
          await decodeFrame(
            await readInstance({ path: join(engine.home, 'runs', run, 'export', folder, '0003.dcm') }),
            0,
          )
        ).values
      const bytes = async (kind: string) => {
        const response = await engine.get(`/runs/${run}/frames/${kind}/2/0`)
        expect(response.status).toBe(200)
        return {
          type: response.headers.get('x-type'),
          unit: response.headers.get('x-unit'),
          buffer: await response.arrayBuffer(),
        }
      }
      const [adversarial, smoothed, perturbation] = await Promise.all(
        ['adversarial', 'smoothed', 'perturbation'].map(bytes),
      )
      const after = await stored('adversarial')
      expect(sameBytes(adversarial!.buffer, after)).toBe(true)
      const smooth = await stored('smoothed')
      expect(sameBytes(smoothed!.buffer, smooth)).toBe(true)
      expect(perturbation).toMatchObject({ type: 'float32', unit: 'HU' })
      const expected = Float32Array.from(after, (value, i) => valueOf(value) - valueOf(before[i] ?? NaN))
      expect(sameBytes(perturbation!.buffer, expected)).toBe(true)
      expect(expected.some((value) => value !== 0)).toBe(true)
    })

    it('exports to a folder of the user, without what is not wanted, and verifies', async () => {
      const to = join(target, 'series')
      const events = await engine.client.runs.export.mutate({ run, to, kinds: ['smoothed'], identity: kept })
      const exported = await lastOf(events, 'exported')
      expect(exported).toMatchObject({ folder: to })
      expect(readdirSync(to).sort()).toEqual([
        'adversarial',
        'images',
        'manifest.json',
        'metrics.csv',
        'record.json',
        'smoothed',
        'summary.txt',
      ])
      const verified = await lastOf(await engine.client.runs.verify.mutate({ run }), 'verified')
      expect(verified).toMatchObject({ images: 5, predictions: true, discrepancies: [] })
    })

    it('exports in other formats too: made from the run, listed in the record and verified', async () => {
      const to = join(target, 'formats')
      const events = await engine.client.runs.export.mutate({
        run,
        to,
        kinds: ['png', 'nifti', 'npy'],
        identity: kept,
      })
      expect(await lastOf(events, 'exported')).toMatchObject({ folder: to, notices: [] })
      expect(readdirSync(to)).toEqual(expect.arrayContaining(['adversarial', 'nifti', 'npy', 'png']))
      expect(readdirSync(join(to, 'png'))).toHaveLength(5)
      const { pictures } = await readJson(join(to, 'record.json'), attackRecord)
      expect([...new Set(pictures?.map(({ format }) => format))]).toEqual(['png', 'nifti', 'npy'])
      const report = await verifyExport({ folder: to, home: engine.home, device: 'cpu', threads: 1 })
      expect(report.discrepancies).toEqual([])
    })

    it('exports without identities: the run’s pixels, in files made of sources that are de-identified', async () => {
      const to = join(target, 'nameless')
      const identity = { choice: 'deidentified' } as const
      const kinds = ['smoothed' as const, 'perturbation' as const, 'png' as const]
      const events = await engine.client.runs.export.mutate({ run, to, kinds, identity })
      expect(await lastOf(events, 'exported')).toMatchObject({ folder: to, notices: [] })
      const model = join(sample, 'model/phantom-thorax.onnx')
      const record = await readJson(join(to, 'record.json'), attackRecord)
      expect(record.identity).toMatchObject({ choice: 'deidentified', key: 'kept', options: [] })
      const report = await verifyExport({ folder: to, model, home: engine.home, device: 'cpu', threads: 1 })
      expect(report).toMatchObject({ discrepancies: [], predictions: true, images: 5 })
      const pixels = async (path: string) => (await decodeFrame(await readInstance({ path }), 0)).values
      const own = join(engine.home, 'runs', run, 'export')
      for (const folder of ['adversarial', 'smoothed'])
        expect(await pixels(join(to, folder, '0003.dcm'))).toEqual(
          await pixels(join(own, folder, '0003.dcm')),
        )
      const source = await attackRecordOf(own)
      for (const path of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(dcm|json|csv|txt)$/.test(path)) continue
        const bytes = readFileSync(join(to, path)).toString('latin1')
        for (const { file, sopInstanceUid } of source.images)
          expect(bytes.includes(file) || bytes.includes(sopInstanceUid)).toBe(false)
      }
    })

    it('stops at once when it is cancelled in mid-format, and goes on there when it is asked again', async () => {
      const [to, kinds] = [join(target, 'cancelled'), ['png' as const]]
      const abort = new AbortController()
      const cancelled = async () => {
        for await (const event of await engine.client.runs.export.mutate(
          { run, to, kinds, identity: kept },
          { signal: abort.signal },
        ))
          if (event.type === 'progress' && event.phase === 'writing other formats') abort.abort()
      }
      await expect(cancelled()).rejects.toThrow()
      expect(readdirSync(to)).toContain('EXPORT-INCOMPLETE.json')
      const again = await engine.client.runs.export.mutate({ run, to, kinds, identity: kept })
      expect(await lastOf(again, 'exported')).toMatchObject({ folder: to, notices: [] })
      expect(readdirSync(join(to, 'png'))).toHaveLength(5)
    })

    it('does not export into the study', async () => {
      const events = engine.client.runs.export
        .mutate({ run, to: join(sample, 'study/new'), identity: kept })
        .then((all) => lastOf(all, 'exported'))
      await expect(events).rejects.toMatchObject({ data: { code: 'export-conflict' } })
      expect(existsSync(join(sample, 'study/new'))).toBe(false)
    })

    it('exports to whole paths alone', async () => {
      const events = engine.client.runs.export
        .mutate({ run, to: 'results/new', identity: kept })
        .then((all) => lastOf(all, 'exported'))
      await expect(events).rejects.toMatchObject({ data: { code: 'usage' } })
      expect(existsSync('results/new')).toBe(false)
    })

    it('is renamed and deleted', async () => {
      await engine.client.runs.rename.mutate({ run, name: 'Eight grey levels' })
      expect((await engine.client.runs.get.query({ run })).info.request.name).toBe('Eight grey levels')
      await engine.client.runs.delete.mutate({ run })
      expect(await engine.client.runs.list.query()).toEqual({ runs: [], broken: [] })
      expect(existsSync(join(engine.home, 'runs', run))).toBe(false)
    })
  })

  it('has its goal in its name', async () => {
    const { run } = await engine.client.runs.start.mutate({ ...request, targetMasks: target })
    await lastOf(await engine.client.runs.watch.query({ run }), 'error')
    const { info } = await engine.client.runs.get.query({ run })
    expect(info.request.name).toBe('SMIA 8/255, phantom-thorax, towards masks, study')
    await engine.client.runs.delete.mutate({ run })
  })

  it('says of all runs in one stream what becomes of them', async () => {
    const one = { ...request, images: [12], settings: { ...request.settings, steps: 1 } }
    const wanted = [await engine.client.runs.start.mutate(one), await engine.client.runs.start.mutate(one)]
    const ended: string[] = []
    for await (const { run, event } of await engine.client.runs.watchAll.query()) {
      if (event.type === 'end') ended.push(run)
      if (ended.length === 2) break
    }
    expect(ended).toEqual(wanted.map(({ run }) => run))
  })

  it('restricts the perturbation to a region', async () => {
    const { rows, columns } = study.series[0]!.images[0]!
    const mask = new Uint8Array(rows * columns)
    for (let row = 100; row < 140; row++) mask.fill(1, row * columns + 200, row * columns + 300)
    const region = { rows, columns, mask: Buffer.from(mask).toString('base64') }
    const { run } = await engine.client.runs.start.mutate({ ...request, images: [12], region })
    await lastOf(await engine.client.runs.watch.query({ run }), 'end')
    const response = await engine.get(`/runs/${run}/frames/perturbation/0/0`)
    const perturbation = new Float32Array(await response.arrayBuffer())
    expect(perturbation.some((value, i) => value !== 0 && mask[i] === 1)).toBe(true)
    expect(perturbation.every((value, i) => value === 0 || mask[i] === 1)).toBe(true)
  })

  it('cancels within an iteration, takes one out of the queue, and resumes', async () => {
    const long = { ...request, settings: { ...request.settings, steps: 400 } }
    const { run } = await engine.client.runs.start.mutate(long)
    const { run: waiting } = await engine.client.runs.start.mutate(request)
    let cancelled = 0
    for await (const event of await engine.client.runs.watch.query({ run })) {
      if (event.type !== 'iteration' || event.iteration !== 2) continue
      cancelled = performance.now()
      await engine.client.runs.cancel.mutate({ run: waiting })
      await engine.client.runs.cancel.mutate({ run })
    }
    expect(performance.now() - cancelled).toBeLessThan(5000)
    const states = (await engine.client.runs.list.query()).runs.map(({ id, state }) => [id, state])
    expect(states).toEqual(
      expect.arrayContaining([
        [run, 'cancelled'],
        [waiting, 'cancelled'],
      ]),
    )
    await engine.client.runs.resume.mutate({ run: waiting })
    expect((await watch(waiting)).at(-1)).toEqual({ type: 'end', state: 'done' })
  }, 120_000)

  it('refuses what makes no sense before anything is written', async () => {
    const before = readdirSync(join(engine.home, 'runs'))
    const start = (given: object) => engine.client.runs.start.mutate({ ...request, ...given })
    await expect(start({ method: 'none' })).rejects.toMatchObject({ data: { code: 'usage' } })
    await expect(start({ settings: { epsilon: 'much' } })).rejects.toMatchObject({ data: { code: 'usage' } })
    await expect(start({ model: 'none' })).rejects.toMatchObject({ data: { code: 'usage' } })
    await expect(start({ images: [28] })).rejects.toMatchObject({ data: { code: 'usage' } })
    await expect(start({ region: { rows: 2, columns: 2, mask: 'AAAA' } })).rejects.toMatchObject({
      data: { code: 'usage' },
    })
    await expect(engine.client.runs.get.query({ run: '../../etc' })).rejects.toMatchObject({
      data: { code: 'usage' },
    })
    expect(readdirSync(join(engine.home, 'runs'))).toEqual(before)
  })

  it('leaves no name, id or path in the log', async () => {
    const broken = await engine.client.studies.open
      .mutate({ paths: [join(target, 'DOE^JANE')] })
      .then((all) => lastOf(all, 'study'))
      .catch(() => undefined)
    expect(broken).toBeUndefined()
    await engine.engine.close()
    const log = readFileSync(join(engine.home, 'logs/engine.log'), 'utf8')
    expect(log).toContain('run started')
    expect(log).toContain('stream failed')
    const { name, id } = study.series[0]!.patient
    for (const secret of [name, id, study.series[0]!.images[0]!.sopInstanceUid, 'DOE', sample, engine.home]) {
      expect(secret).toBeTruthy()
      expect(log).not.toContain(secret)
    }
  })
})

function sameBytes(got: ArrayBuffer, { buffer, byteOffset, byteLength }: ArrayBufferView): boolean {
  return Buffer.from(got).equals(Buffer.from(buffer, byteOffset, byteLength))
}
