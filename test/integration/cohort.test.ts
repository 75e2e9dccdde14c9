import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CohortRecord, PooledCell } from '../../src/engine/cohort/cohort-record.ts'
import { filesBelow } from '../support/attack-requests.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('cohort')
const studies = join(base, 'studies')
const list = join(base, 'studies.csv')
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
let attack: string[]

beforeAll(() => {
  names.forEach((name, index) => writeSeries(join(studies, name), 1 + (index % 3), { series: index + 1 }))
  const rows = names.map((name, index) => `studies/${name},P${Math.floor(index / 2)}`)
  writeFileSync(list, ['path,patient', ...rows].join('\n'))
  const { model } = writeClassifier(base)
  const budget = ['--method', 'pgd', '--steps', '2', '--epsilon', '16/255']
  attack = ['--model', model, '--device', 'cpu', '--threads', '1', ...budget, '--identity', 'keep']
})

async function attacked(source: string, out: string) {
  return commandLine(['cohort', 'attack', '--studies', source, ...attack, '--out', out, '--json'])
}

/** The marker of a study whose manifest was yet to be written. */
function markerOf(folder: string): string {
  const { exportId } = recordIn(folder).studies[0] as { readonly exportId: string }
  return JSON.stringify({ schema: 'radversary-export-incomplete/1', exportId, note: '' })
}

function recordIn(folder: string): CohortRecord {
  return JSON.parse(readFileSync(join(folder, 'cohort.json'), 'utf8')) as CohortRecord
}

describe('an attack on a cohort', () => {
  const out = join(base, 'one')
  beforeAll(async () => {
    expect((await attacked(list, out)).code).toBe(0)
  }, 60_000)

  test('leaves an export of each study, a record and a table', () => {
    const { summary, patients, studies: rows, run } = recordIn(out)
    expect(rows.map(({ name }) => name)).toEqual(names)
    for (const name of names) expect(existsSync(join(out, 'studies', name, 'manifest.json'))).toBe(true)
    expect(summary).toMatchObject({ studies: 7, failed: 0, images: 13, results: [{ slices: 13 }] })
    expect(patients.map(({ patient, studies: count, images }) => [patient, count, images])).toEqual([
      ['P0', 2, 3],
      ['P1', 2, 4],
      ['P2', 2, 5],
      ['P3', 1, 1],
    ])
    expect(run).toMatchObject({ attack: { method: 'pgd' } })
  })

  test('the table has a row for each study and patient, and one for all', () => {
    const rows = parse<Record<string, string>>(readFileSync(join(out, 'cohort.csv')), { columns: true })
    const { summary, patients, studies: recorded } = recordIn(out)
    expect(rows.map(({ level }) => level)).toEqual([
      ...recorded.map(() => 'study'),
      ...patients.map(() => 'patient'),
      'cohort',
    ])
    expect(rows[1]).toMatchObject({ study: 'b', patient: 'P0', images: '2', studies_failed: '0', error: '' })
    const [{ fooled }] = summary.results as [PooledCell]
    expect(rows.at(-1)).toMatchObject({
      fooled: String(fooled.successes),
      attacked: String(fooled.count),
      fooled_rate: String(fooled.rate),
    })
  })

  test('goes on where it was stopped, to the same bytes', async () => {
    const before = filesBelow(out)
    const again = join(base, 'again')
    await attacked(list, again)
    writeFileSync(join(again, 'studies', 'a', 'EXPORT-INCOMPLETE.json'), markerOf(again))
    for (const gone of ['cohort.json', 'studies/a/manifest.json', 'studies/a/record.json'])
      rmSync(join(again, gone))
    rmSync(join(again, 'studies', 'b'), { recursive: true })
    expect((await attacked(list, again)).code).toBe(0)
    expect(filesBelow(again)).toEqual(before)
  })

  test('a folder of studies gives the same exports, without patients', async () => {
    const other = join(base, 'of-folder')
    expect((await attacked(studies, other)).code).toBe(0)
    expect(recordIn(other).patients).toEqual([])
    const exports = (folder: string) => [...filesBelow(join(folder, 'studies'))]
    expect(exports(other)).toEqual(exports(out))
  })
})

test('unless identities are kept, studies that the list does not name, and patients, have pseudonyms', async () => {
  const named = join(base, 'named.csv')
  writeFileSync(named, 'path,patient,name\nstudies/a,P0,\nstudies/d,P1,case-4\n')
  const out = join(base, 'nameless')
  const asked = ['cohort', 'attack', '--studies', named, ...attack.slice(0, -2), '--out', out]
  expect((await commandLine(asked)).code).toBe(0)
  const { studies: rows, patients, run } = recordIn(out)
  expect(rows.map(({ name }) => name)).toEqual(['case-4', expect.stringMatching(/^study-[0-9a-f]{12}$/)])
  expect(patients.map(({ patient }) => /^RV[0-9A-Z]{12}$/.test(patient))).toEqual([true, true])
  expect(run).toMatchObject({ identity: { choice: 'deidentified', key: 'kept' } })
})

describe('a study that fails', () => {
  const mixed = join(base, 'mixed')
  const out = join(base, 'mixed-out')
  beforeAll(() => {
    writeSeries(join(mixed, 'good'), 2)
    mkdirSync(join(mixed, 'empty'))
    writeFileSync(join(mixed, 'studies.csv'), 'path\nempty\ngood\ngone\n')
  })

  test('is listed and does not stop the others; the exit code is 3', async () => {
    const ended = await attacked(join(mixed, 'studies.csv'), out)
    expect(ended.code).toBe(3)
    const { record } = jsonOf(ended) as { readonly record: CohortRecord }
    expect(record).toEqual(recordIn(out))
    expect(record.studies).toMatchObject([
      { name: 'empty', failure: { code: 'dicom-unreadable' } },
      { name: 'gone', failure: { code: 'dicom-unreadable' } },
      { name: 'good', images: 2 },
    ])
    expect(existsSync(join(out, 'studies', 'empty'))).toBe(false)
  })

  test('is done once it is mended', async () => {
    rmSync(join(mixed, 'empty'), { recursive: true })
    writeSeries(join(mixed, 'empty'), 1)
    writeSeries(join(mixed, 'gone'), 1)
    expect((await attacked(join(mixed, 'studies.csv'), out)).code).toBe(0)
    expect(recordIn(out).summary).toMatchObject({ studies: 3, failed: 0, images: 4 })
    expect(existsSync(join(out, 'failures'))).toBe(false)
  })
})

describe('a cohort is refused', () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['no study', 'path,patient\n', /expected at least one study, got none/],
    ['a row without a path', 'path,patient\n,P1\n', /expected a path in each row, got none in row 1/],
    ['two studies of one name', 'path\nx/ct\ny/CT\n', /expected a name for each study, got two called CT/],
    ['a name that leaves the folder', 'path,name\nx,../y\n', /expected names that Windows can hold/],
  ]
  test.each(refused)('for %s', async (what, text, message) => {
    const file = join(base, `${what}.csv`)
    writeFileSync(file, text)
    const { code, err } = await attacked(file, join(base, 'refused'))
    expect([code, err]).toEqual([2, expect.stringMatching(message)])
  })

  test('where its folder holds something else, or lies among the studies', async () => {
    const out = join(base, 'other')
    mkdirSync(out)
    writeFileSync(join(out, 'notes.txt'), '')
    expect((await attacked(list, out)).err).toContain('expected its own studies only, got notes.txt')
    renameSync(join(out, 'notes.txt'), join(base, 'notes.txt'))
    expect((await attacked(studies, join(studies, 'out'))).err).toContain(
      'expected a folder outside the source',
    )
  })
})
