import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('verify-command')
const study = join(base, 'study')
const cpu = ['--device', 'cpu', '--threads', '1']
let tiny: TinyClassifier
const whole = join(base, 'whole')
const changed = join(base, 'changed')
beforeAll(async () => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  writeSeries(study, 3)
  tiny = writeClassifier(join(base, 'model'))
  await commandLine(['attack', '--study', study, '--model', tiny.model, ...cpu, '--out', whole])
})
afterAll(() => {
  vi.unstubAllEnvs()
})

const verified = async (change: () => void) => {
  rmSync(changed, { recursive: true, force: true })
  cpSync(whole, changed, { recursive: true })
  change()
  const ended = await commandLine(['verify', changed, '--model', tiny.model, ...cpu, '--json'])
  return {
    ...ended,
    report: jsonOf(ended) as { discrepancies: { file: string; message: string }[]; error?: object },
  }
}
const edit = (path: string, change: (bytes: Buffer) => Buffer) => {
  writeFileSync(join(changed, path), change(readFileSync(join(changed, path))))
}
const flipped = (at: number) => (bytes: Buffer) => {
  bytes[bytes.length + at]! ^= 0x40
  return bytes
}

test('verify finds nothing in what was written', async () => {
  expect(await verified(() => undefined)).toMatchObject({
    code: 0,
    report: { files: 9, images: 3, predictions: true, discrepancies: [] },
  })
})

test.each<[string, () => void, [string, RegExp][]]>([
  [
    'a flipped bit of a table',
    () => {
      edit('metrics.csv', flipped(-40))
    },
    [['metrics.csv', /SHA-256 differs/]],
  ],
  ['a missing table', () => { rmSync(join(changed, 'metrics.csv')) }, [['metrics.csv', /not there/]]], // prettier-ignore
  ['a missing image', () => { rmSync(join(changed, 'adversarial/0002.dcm')) }, [['adversarial/0002.dcm', /not there/]]], // prettier-ignore
  ['an extra file', () => { writeFileSync(join(changed, 'adversarial/0004.dcm'), 'x') }, [['adversarial/0004.dcm', /not in the manifest/]]], // prettier-ignore
  ['a truncated image', () => { edit('adversarial/0001.dcm', (bytes) => bytes.subarray(0, 900)); }, [['adversarial/0001.dcm', /SHA-256 differs/], ['adversarial/0001.dcm', /truncated|expected/]]], // prettier-ignore
  ['another image in its place', () => { edit('adversarial/0001.dcm', () => readFileSync(join(changed, 'adversarial/0002.dcm'))); }, [['adversarial/0001.dcm', /SHA-256 differs/], ['adversarial/0001.dcm', /probabilities differ/]]], // prettier-ignore
])('verify finds %s', async (_name, change, expected) => {
  const { code, report } = await verified(change)
  expect(code).toBe(1)
  expect(report.discrepancies.map(({ file }) => file)).toEqual(expected.map(([file]) => file))
  for (const [index, [, message]] of expected.entries())
    expect(report.discrepancies[index]!.message).toMatch(message)
})

test('verify finds a changed pixel, by its hash', async () => {
  const { code, report } = await verified(() => {
    edit('adversarial/0001.dcm', flipped(-1))
  })
  expect(code).toBe(1)
  expect(report.discrepancies[0]).toMatchObject({ file: 'adversarial/0001.dcm' })
})

test.each(['record.json', 'manifest.json'])('verify tells a damaged %s', async (name) => {
  const { code, report } = await verified(() => {
    edit(name, (bytes) => bytes.subarray(0, 100))
  })
  expect(code).toBe(1)
  expect(report.error).toMatchObject({ code: 'verification-failed', file: join(changed, name) })
})

test('verify refuses another model than the recorded one, and says where there is none', async () => {
  const other = writeClassifier(join(base, 'other'), { activation: 'binary-sigmoid' })
  expect(await commandLine(['verify', whole, '--model', other.model, ...cpu])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/expected the recorded one/) as string,
  })
  const { code, out } = await commandLine(['verify', whole, ...cpu])
  expect(code).toBe(0)
  expect(out).toContain('predictions were not checked: the model was not found; give --model')
})
