import { cpSync, mkdirSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CohortRecord } from '../../src/engine/cohort/cohort-record.ts'
import type { CohortPlan } from '../../src/engine/cohort/plan.ts'
import { filesBelow } from '../support/attack-requests.ts'
import { commandLine } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('cohort-plan')
const studies = join(base, 'studies')
const list = join(base, 'studies.csv')
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const one = join(base, 'one')
let attack: string[]

beforeAll(async () => {
  names.slice(0, 7).forEach((name, index) => writeSeries(join(studies, name), 1 + (index % 2), { series: index + 1 })) // prettier-ignore
  // The last is not there: it is listed as failed, by one machine and by many.
  writeFileSync(list, ['path,patient', ...names.map((name, i) => `studies/${name},P${i % 3}`)].join('\n'))
  const { model } = writeClassifier(base)
  const budget = ['--method', 'pgd', '--steps', '2', '--epsilon', '16/255']
  attack = ['--studies', list, '--model', model, '--device', 'cpu', '--threads', '1', ...budget]
  attack.push('--identity', 'keep')
  expect((await commandLine(['cohort', 'attack', ...attack, '--out', one])).code).toBe(3)
}, 60_000)

async function plan(out: string, shards: number, ...more: string[]) {
  const options = ['--shards', String(shards), '--for', 'slurm', '--out', out, ...more]
  return commandLine(['cohort', 'plan', ...attack, ...options])
}

function runShard(folder: string, shard: number) {
  return commandLine(['cohort', 'run', folder, '--shard', String(shard)])
}

function merge(folder: string) {
  return commandLine(['cohort', 'merge', folder])
}

describe.each([1, 2, 7])('a cohort in %i shards', (count) => {
  const folder = join(base, `plan-${count}`)

  test('is planned: studies, seeds and hashes', async () => {
    expect((await plan(folder, count)).code).toBe(0)
    const planned = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as CohortPlan
    expect(planned.shards.flatMap((shard) => shard.studies).sort()).toEqual(names)
    expect(planned.job.asked).toMatchObject({ method: 'pgd', seed: 0 })
    expect(planned.studies.every(({ sha256 }) => sha256.length === 64)).toBe(true)
  })

  test('merges to the bytes that one machine writes, in whatever order shards run', async () => {
    for (let shard = count - 1; shard >= 0; shard--) expect((await runShard(folder, shard)).code).toBe(0)
    expect((await merge(folder)).code).toBe(3)
    expect(filesBelow(join(folder, 'cohort'))).toEqual(filesBelow(one))
  })
})

/** A second a study is what an evaluation takes: of it two studies, one of which is not there. */
const otherJobs = [
  { job: 'compare', asked: ['--method', 'fgsm', 'noise', '--epsilon', '16/255'], of: names, counts: [1, 2, 7] }, // prettier-ignore
  { job: 'evaluate', asked: ['--protocol', 'quick', '--no-pictures'], of: ['b', 'h'], counts: [2] },
] as const

describe.each(otherJobs)('cohort $job', ({ job, asked: own, of, counts }) => {
  const whole = join(base, `${job}-one`)
  const ownList = join(base, `${job}.csv`)
  const asked = () => ['--studies', ownList, ...attack.slice(2, attack.indexOf('--method')), ...own]
  beforeAll(async () => {
    writeFileSync(ownList, ['path,patient', ...of.map((name, i) => `studies/${name},P${i % 3}`)].join('\n'))
    expect((await commandLine(['cohort', job, ...asked(), '--out', whole])).code).toBe(3)
  }, 60_000)

  test.each(counts)('merges %i shards to the bytes that one machine writes', async (count) => {
    const folder = join(base, `${job}-${count}`)
    const options = ['--shards', String(count), '--for', 'snakemake', '--out', folder]
    expect((await commandLine(['cohort', 'plan', job, ...asked(), ...options])).code).toBe(0)
    for (let shard = 0; shard < count; shard++) expect((await runShard(folder, shard)).code).toBe(0)
    expect((await merge(folder)).code).toBe(3)
    expect(filesBelow(join(folder, 'cohort'))).toEqual(filesBelow(whole))
  })

  test('has one record, and a table with a row of each study, patient and cell', () => {
    const record = JSON.parse(readFileSync(join(whole, 'cohort.json'), 'utf8')) as CohortRecord
    const { cells, studies: rows, patients, summary } = record
    expect([record.job, rows.length, summary.failed]).toEqual([job, of.length, 1])
    const table = readFileSync(join(whole, 'cohort.csv'), 'utf8').trimEnd().split('\r\n')
    expect(table).toHaveLength(
      1 + (rows.length - 1) * cells.length + 1 + (patients.length + 1) * cells.length,
    )
    for (const [cell, { slices }] of summary.results.entries())
      expect(slices).toBe(rows.reduce((sum, row) => sum + ('results' in row ? row.results[cell]!.slices : 0), 0)) // prettier-ignore
  })
})

describe('a shard', () => {
  const folder = join(base, 'plan')
  beforeAll(async () => {
    expect((await plan(folder, 2)).code).toBe(0)
  })

  test('that is missing is named by the merge', async () => {
    const { code, err } = await merge(folder)
    expect([code, err]).toEqual([1, expect.stringContaining('got none of shards 0, 1')])
    await runShard(folder, 0)
    expect((await merge(folder)).err).toContain('got none of shards 1')
  })

  test('that is started again keeps what is done', async () => {
    const before = filesBelow(folder)
    rmSync(join(folder, 'shards', '0.json'))
    expect((await runShard(folder, 0)).code).toBe(0)
    expect(filesBelow(folder)).toEqual(before)
  })

  test('that there is not is refused', async () => {
    const { code, err } = await runShard(folder, 2)
    expect([code, err]).toEqual([2, expect.stringContaining('expected 0 to 1, got 2')])
  })

  test('whose export was changed is named by the merge', async () => {
    await runShard(folder, 1)
    const copy = join(base, 'copy')
    cpSync(folder, copy, { recursive: true })
    const file = join(copy, 'cohort/studies/b/adversarial/0001.dcm')
    const bytes = readFileSync(file)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file, bytes)
    expect((await merge(copy)).err).toContain(
      'Study b: expected the files of its manifest, got 0 missing, 1 changed',
    )
    rmSync(join(copy, 'cohort/studies/b'), { recursive: true })
    expect((await merge(copy)).err).toContain('got none of the export of study b')
    expect((await merge(folder)).code).toBe(3)
  })

  const changes: readonly (readonly [string, string, RegExp])[] = [
    ['a study', 'studies/a/001.dcm', /expected 1 files as they were, got 1 others\n +file: .*studies\/a/],
    ['the card', 'tiny.card.json', /expected the card as it was, got another/],
    ['the model', 'tiny.onnx', /expected the model as it was, got another/],
  ]
  test.each(changes)('checks first that %s is what was planned', async (_, name, message) => {
    const file = join(base, name)
    const before = readFileSync(file)
    try {
      writeFileSync(file, changed(before, name))
      const ended = await Promise.all([runShard(folder, 0), runShard(folder, 1)])
      expect(ended.map(({ err }) => err).join('')).toMatch(message)
      expect(ended.some(({ code }) => code === 1)).toBe(true)
    } finally {
      writeFileSync(file, before)
    }
  })
})

/** Other bytes that can still be read. */
function changed(bytes: Buffer, name: string): Uint8Array {
  if (name.endsWith('.json')) return Buffer.from(String(bytes).replace('"mean":[0.4]', '"mean":[0.3]'))
  const other = Buffer.from(bytes)
  const at = name.endsWith('.onnx') ? other.indexOf(weight(bytes)) : other.length - 2
  other[at]! ^= 1
  return other
}

/** Four bytes within the first weights: their last half is no part of the graph's structure. */
function weight(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.length >> 1, (bytes.length >> 1) + 4)
}

describe('a plan is refused', () => {
  test('that another version has made, with what to do', async () => {
    const [folder, old] = [join(base, 'plan-2'), join(base, 'old')]
    mkdirSync(old)
    const text = readFileSync(join(folder, 'plan.json'), 'utf8')
    writeFileSync(join(old, 'plan.json'), text.replace('cohort-plan/2', 'cohort-plan/1'))
    const { code, err } = await runShard(old, 0)
    expect([code, err]).toEqual([1, expect.stringMatching(/plan\.json\n.*plan the cohort anew/)])
  })

  test('for any device that a machine may not have', async () => {
    const at = attack.indexOf('cpu')
    const auto = [...attack.slice(0, at), 'auto', ...attack.slice(at + 1)]
    const where = ['--shards', '2', '--for', 'slurm', '--out', join(base, 'auto')]
    const { code, err } = await commandLine(['cohort', 'plan', ...auto, ...where])
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('expected a device that every machine has, got auto'),
    ])
    expect(existsSync(join(base, 'auto'))).toBe(false)
  })

  test('for more shards than studies, where there is one already, and without what its scheduler needs', async () => {
    expect((await plan(join(base, 'many'), 9)).err).toContain('expected at most 8')
    expect((await plan(join(base, 'plan'), 2)).err).toContain('expected a folder without a plan, got one')
    const kubernetes = await plan(join(base, 'bare'), 2, '--for', 'kubernetes')
    expect(kubernetes.err).toContain('expected --image for Kubernetes')
    expect(existsSync(join(base, 'bare'))).toBe(false)
  })
})
