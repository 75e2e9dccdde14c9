import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

describeWithSharedData('the engine and a study', () => {
  let engine: TestEngine
  let study: StudyInfo
  const folder = sharedData('series/ct-head')
  beforeAll(async () => {
    engine = await startEngine()
    study = (await lastOf(await engine.client.studies.open.mutate({ paths: [folder] }), 'study')).study
  })
  afterAll(() => engine.end())

  it('opens a folder, telling how far it is', async () => {
    const types: string[] = []
    for await (const { type } of await engine.client.studies.open.mutate({ paths: [folder] }))
      types.push(type)
    expect(types).toContain('progress')
    expect(types.at(-1)).toBe('study')
    expect(study).toMatchObject({ title: 'ct-head', paths: [folder], failures: [] })
    expect(study.series.map(({ modality, images }) => [modality, images.length])).toEqual([['CT', 28]])
  })

  it('gives a frame whose bytes are the decoded stored values', async () => {
    const [image] = study.series[0]!.images
    const response = await engine.get(`/frames/${study.id}/${image!.index}/0`)
    const expected = await decodeFrame(parseInstance(readFileSync(join(folder, image!.name))), 0)
    const headers = Object.fromEntries(response.headers)
    expect(headers).toMatchObject({
      'x-rows': '512',
      'x-columns': '512',
      'x-samples': '1',
      'x-type': 'uint16',
      'x-photometric': 'MONOCHROME2',
      'x-slope': '1',
      'x-intercept': '-1024',
      'x-unit': 'HU',
    })
    const values = new Uint16Array(await response.arrayBuffer())
    expect(values).toEqual(expected.values)
    const sorted = values.slice().sort()
    expect([headers['x-min'], headers['x-max']]).toEqual([String(sorted[0]), String(sorted.at(-1))])
  })

  it('says which grid a series makes, slice by slice', async () => {
    const { grid, positions, orientation } = await engine.client.studies.geometry.query({
      study: study.id,
      series: 0,
    })
    expect(positions).toHaveLength(28)
    expect(orientation).not.toBeNull()
    expect(grid).toMatchObject({ size: [512, 512, 28] })
  })

  it('tells its memory, and how much of it frames take', async () => {
    const [image] = study.series[0]!.images
    await (await engine.get(`/frames/${study.id}/${image!.index}/0`)).arrayBuffer()
    const before = await engine.client.device.memory.query()
    expect(before.frames).toBeGreaterThanOrEqual(512 * 512 * 2)
    expect(before.resident).toBeGreaterThan(before.frames)
    await (await engine.get(`/frames/${study.id}/9/0`)).arrayBuffer()
    expect((await engine.client.device.memory.query()).frames).toBe(before.frames + 512 * 512 * 2)
  })

  it('lists the elements of an instance with their keywords', async () => {
    const rows = await engine.client.studies.tags.query({ study: study.id, image: 0 })
    expect(rows).toContainEqual({ tag: '0008,0060', keyword: 'Modality', vr: 'CS', value: 'CT', depth: 0 })
    expect(rows).toContainEqual({ tag: '0028,0010', keyword: 'Rows', vr: 'US', value: '512', depth: 0 })
    expect(rows.some(({ depth }) => depth > 0)).toBe(true)
  })

  it('answers a path that there is not with what it expected', async () => {
    const event = engine.client.studies.open
      .mutate({ paths: [join(folder, 'none')] })
      .then((events) => lastOf(events, 'study'))
    await expect(event).rejects.toMatchObject({
      message: expect.stringContaining('Study: expected'),
      data: { code: 'dicom-unreadable', file: join(folder, 'none') },
    })
  })

  it.each(['/frames/0123456789abcdef/0/0', '/frames/x/0/0', '/frames/../settings.json', '/'])(
    'answers %s, which there is not, with an error and no stack',
    async (path) => {
      const response = await engine.get(path)
      expect(response.ok).toBe(false)
      expect(await response.text()).not.toContain('at ')
    },
  )

  it('finds a study that was open before the engine was started anew', async () => {
    const again = await startEngine({ home: engine.home })
    expect((await again.get(`/frames/${study.id}/3/0`)).status).toBe(200)
    expect(await again.client.studies.recent.query()).toEqual([
      { id: study.id, title: 'ct-head', paths: [folder] },
    ])
    await again.engine.close()
  })

  it('shows other images where other files have come', async () => {
    const own = join(engine.home, 'changing')
    mkdirSync(own)
    const [first, second] = study.series[0]!.images.map(({ name }) => join(folder, name))
    const openOwn = async () =>
      (await lastOf(await engine.client.studies.open.mutate({ paths: [own] }), 'study')).study
    const pixels = async (id: string) =>
      Buffer.from(await (await engine.get(`/frames/${id}/0/0`)).arrayBuffer())
    copyFileSync(second!, join(own, 'second.dcm'))
    const before = await pixels((await openOwn()).id)
    copyFileSync(first!, join(own, 'first.dcm'))
    const after = await pixels((await openOwn()).id)
    expect(after.equals(before)).toBe(false)
  })

  it('lets no browser write what it answers to disk', async () => {
    for (const path of [`/frames/${study.id}/0/0`, '/api/studies.recent'])
      expect((await engine.get(path)).headers.get('cache-control')).toBe('no-store')
  })

  it('lists folders as the open dialog needs them', async () => {
    const listing = await engine.client.files.list.query({ path: folder })
    expect(listing.entries.map(({ name }) => name).sort()).toEqual(readdirSync(folder).sort())
  })
})
