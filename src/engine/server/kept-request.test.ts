import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readJson } from '../../adapters/fs/json-file.ts'
import { comparisonRequest } from './comparisons/comparison-service.ts'
import { keepRequest } from './kept-request.ts'
import { runRequest } from './runs/run-request.ts'

const created = '2026-01-02T03:04:05.000Z'
const kept = { name: 'Twenty', created, paths: ['/study'], device: { name: 'cpu', threads: 2 } }
const spec = {
  method: 'pgd',
  settings: { steps: 20 },
  seed: 3,
  earlyStop: true,
  batch: 4,
  exports: ['series'],
  forceIntensity: false,
}
const budgets = { Linf: ['8/255'], L2: [] }
const grid = { models: ['chest'], methods: [{ name: 'pgd', settings: {} }], budgets, transfer: false }

test('a run’s request of the first version is read as the present one', () => {
  const { forceIntensity, ...older } = spec
  const nulls = { images: null, labels: null, target: null, criterion: null, loss: null }
  const first = { schema: 'radversary/run-request/1', ...kept, ...older, ...nulls, model: 'chest' }
  const present = { schema: 'radversary/run-request/2', ...kept, ...spec, model: 'chest' }
  expect(runRequest.parse({ ...first, hasRegion: false })).toEqual(present)
  expect(runRequest.parse({ ...first, hasRegion: true, target: 'nodule' })).toEqual({
    ...present,
    target: 'nodule',
    region: 'region.npy',
    forceIntensity,
  })
})

test('so is a comparison’s, which left no image alone early', () => {
  const shared = { ...kept, ...grid, seed: 0, batch: 8 }
  const first = { schema: 'radversary/comparison-request/1', ...shared, labels: null, images: null }
  expect(comparisonRequest.parse(first)).toEqual({
    schema: 'radversary/comparison-request/2',
    ...shared,
    earlyStop: false,
    forceIntensity: false,
  })
})

test('what was kept is read as it was, its region beside it, and nothing else is let in', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'kept-')), 'run')
  const request = runRequest.parse({ ...kept, ...spec, model: 'chest', region: 'region.npy' })
  await keepRequest(folder, request, { rows: 1, columns: 2, mask: Uint8Array.of(0, 1) })
  const file = join(folder, 'request.json')
  expect(await readJson(file, runRequest)).toEqual(request)
  expect(readFileSync(join(folder, 'region.npy')).subarray(-2)).toEqual(Buffer.from([0, 1]))
  expect(readFileSync(file, 'utf8')).not.toContain('null')
  writeFileSync(file, JSON.stringify({ ...request, colour: 'red' }))
  await expect(readJson(file, runRequest)).rejects.toMatchObject({ code: 'io-failed' })
})
