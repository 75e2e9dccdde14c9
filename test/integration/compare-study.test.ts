import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyManifest } from '../../src/adapters/fs/manifest.ts'
import { compareStudy, type CompareReport } from '../../src/engine/compare/compare-study.ts'
import { writeNpy } from '../../src/core/tensor/npy.ts'
import type { CompareRequest } from '../../src/engine/compare/compare-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { attackRequest, filesBelow } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { compareRequest } from '../support/compare-requests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('compare-study')
const study = join(base, 'study')
const weak = writeClassifier(join(base, 'one'))
/** The same network behind another intensity range. */
const other = writeClassifier(
  join(base, 'other'),
  {},
  { name: 'other', intensity: { kind: 'modality-range', lower: -1100, upper: 1300 } },
)
writeSeries(study, 6)

function requestFor(out: string, changes: Partial<CompareRequest> = {}): CompareRequest {
  return compareRequest(
    { study: [study], out, home: join(base, 'no-home') },
    {
      models: [weak.model, other.model],
      methods: [
        { name: 'smia', settings: { steps: 5 } },
        { name: 'noise', settings: {} },
      ],
      budgets: { Linf: ['4/255', '16/255'], L2: [] },
      transfer: true,
      ...changes,
    },
  )
}

describe('a comparison of two methods at two budgets on two models', () => {
  const out = join(base, 'out')
  let report: CompareReport
  beforeAll(async () => {
    report = await compareStudy(requestFor(out))
  })

  test('has a cell for each of them, with all slices', () => {
    const { cells } = report.comparison
    expect(cells.map(({ model, method, budget, slices }) => [model, method, budget, slices])).toEqual(
      [0, 1].flatMap((model) =>
        ['smia', 'noise'].flatMap((method) =>
          ['4/255', '16/255'].map((budget) => [model, method, budget, 6]),
        ),
      ),
    )
  })

  test('leaves tables, charts, cells and the comparison, all in the manifest', async () => {
    const numbered = Array.from({ length: 8 }, (_, i) => `cells/000${i + 1}.json`)
    const charts = [
      'success-1-linf',
      'success-2-linf',
      'transfer-noise',
      'transfer-smia',
      'variance-1',
      'variance-2',
    ]
    expect([...filesBelow(out).keys()]).toEqual(
      [
        ...numbered,
        ...charts.map((name) => `charts/${name}.svg`),
        ...['comparison.csv', 'comparison.json', 'iterations.csv', 'manifest.json', 'transfer.csv'],
      ].sort(),
    )
    expect(await verifyManifest(out)).toMatchObject({ missing: [], changed: [], unlisted: [] })
  })

  test('success is that of an attack that is exported, read back and judged', async () => {
    const paths = { study, out: join(base, 'exported') }
    const settings = { epsilon: '16/255', stepSize: '4/255', steps: 5 }
    const { record } = await attackStudy(attackRequest(weak, paths, { settings }))
    const cell = report.comparison.cells.find(
      ({ model, method, budget }) => model === 0 && method === 'smia' && budget === '16/255',
    )
    expect(cell?.fooled).toEqual(record.summary.fooled)
    expect(cell?.meanPsnr).toBeCloseTo(record.summary.window.meanPsnr!, 9)
  })

  test('what was made on one model is judged on the other', () => {
    const [cell] = report.comparison.cells.filter(
      ({ model, method, budget }) => model === 0 && method === 'smia' && budget === '16/255',
    )
    expect(cell?.transfer.map(({ model }) => model)).toEqual([1])
    const rows: unknown[] = parse(readFileSync(join(out, 'transfer.csv'), 'utf8'), { columns: true })
    expect(rows).toHaveLength(16)
    // The same network: most of what fools one fools the other; noise of the same budget does not.
    expect(cell?.transfer[0]?.fooled.rate).toBeGreaterThan(0.5)
  })

  test('asked again, the finished comparison is there', async () => {
    const again = await compareStudy(requestFor(out))
    expect(again).toEqual({ ...report, resumed: 8 })
  })

  test('another comparison does not write over it', async () => {
    await expect(compareStudy(requestFor(out, { seed: 1 }))).rejects.toMatchObject({
      code: 'export-conflict',
    })
  })
})

test('a comparison that was stopped goes on with the cell that was in work', async () => {
  const out = join(base, 'stopped')
  const request = requestFor(out, { models: [weak.model], transfer: false })
  const stop = new AbortController()
  const stopped = compareStudy(request, {
    signal: stop.signal,
    onProgress: ({ done }) => {
      if (done >= 12) stop.abort()
    },
  })
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
  const { resumed, comparison } = await compareStudy(request)
  expect(resumed).toBeGreaterThan(0)
  expect(comparison.cells).toHaveLength(4)
})

test('an unreadable image is left behind and told', async () => {
  const damaged = join(base, 'damaged')
  writeSeries(damaged, 3)
  const [first] = writeSeries(damaged, 1, { series: 2 })
  const bytes = readFileSync(first!.path)
  writeFileSync(first!.path, bytes.subarray(0, bytes.length - 40))
  const request = requestFor(join(base, 'damaged-out'), {
    study: [damaged],
    models: [weak.model],
    transfer: false,
  })
  const { comparison } = await compareStudy(request)
  expect(comparison.failures).toHaveLength(1)
})

test('a region and an early stop hold in a comparison as in an attack', async () => {
  const region = join(base, 'region.npy')
  const mask = Uint8Array.from({ length: 144 }, (_, i) => Number(i % 12 < 5))
  writeFileSync(region, writeNpy({ dataType: 'uint8', shape: [12, 12], data: mask }))
  const limits = { region, earlyStop: true }
  const out = join(base, 'limited')
  const one = { methods: [{ name: 'pgd', settings: {} }], budgets: { Linf: ['16/255'], L2: [] } }
  const request = requestFor(out, { ...one, ...limits, models: [weak.model], transfer: false })
  const { comparison } = await compareStudy(request)
  const { record } = await attackStudy(
    attackRequest(
      weak,
      { study, out: join(base, 'limited-attack') },
      {
        method: 'pgd',
        settings: { epsilon: '16/255', stepSize: '4/255' },
        ...limits,
      },
    ),
  )
  expect(comparison.cells[0]?.meanL2).toBeCloseTo(record.summary.window.meanL2!, 9)
  expect(comparison.cells[0]?.fooled).toEqual(record.summary.fooled)
  expect(comparison).toMatchObject({ region: record.attack.region, earlyStop: true })
  const whole = await compareStudy(requestFor(join(base, 'whole'), { ...one, models: [weak.model] }))
  expect(whole.comparison.cells[0]?.meanL2).toBeGreaterThan(comparison.cells[0]!.meanL2!)
  expect(whole.comparison).not.toHaveProperty('earlyStop')
  await expect(compareStudy({ ...request, earlyStop: false })).rejects.toMatchObject({
    code: 'export-conflict',
  })
})

test('a region of another size fails images by name', async () => {
  const region = join(base, 'small.npy')
  writeFileSync(region, writeNpy({ dataType: 'uint8', shape: [2, 2], data: Uint8Array.of(1, 1, 1, 1) }))
  await expect(compareStudy(requestFor(join(base, 'small'), { region }))).rejects.toMatchObject({
    message: expect.stringContaining('Region: expected the image') as string,
  })
})
