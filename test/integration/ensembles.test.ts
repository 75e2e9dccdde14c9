import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { AttackRecord } from '../../src/engine/export/record.ts'
import { commandLine } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('ensembles')
const study = join(base, 'study')
const cpu = ['--device', 'cpu', '--threads', '1']
let models: string[]
beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  writeSeries(study, 6)
  models = [0, 10, 20, 30].map((seed) => writeClassifier(join(base, `model-${seed}`), { seed }).model)
})
afterAll(() => {
  vi.unstubAllEnvs()
})

async function attacked(name: string, asked: readonly string[], ...more: string[]) {
  const out = join(base, name)
  const pgd = ['--method', 'pgd', '--epsilon', '16/255', '--steps', '4', '--seed', '3']
  const ended = await commandLine(['attack', '--study', study, '--model', ...asked, ...cpu, ...pgd, '--out', out, ...more]) // prettier-ignore
  const read = () => JSON.parse(readFileSync(join(out, 'record.json'), 'utf8')) as AttackRecord
  return { ended, out, read }
}

test.each(['losses', 'logits', 'probabilities'])('models are attacked as one by their %s', async (what) => {
  const [a = '', b = '', c = '', held = ''] = models
  const { out, read, ended } = await attacked(what, [a, b, c], '--ensemble', what, '--judge', held)
  expect(ended.code).toBe(0)
  const { model, judges = [], images, summary } = read()
  expect(model.ensemble).toMatchObject({ combination: what, others: [{ file: 'tiny.onnx' }, { file: 'tiny.onnx' }] }) // prettier-ignore
  const hashes = [model.sha256, ...(model.ensemble?.others ?? []).map(({ sha256 }) => sha256)]
  expect(new Set([...hashes, judges[0]?.sha256]).size).toBe(4)
  expect(images).toHaveLength(6)
  expect(summary.fooled.successes).toBeGreaterThan(0)
  expect(judges).toMatchObject([{ slices: 6, unsuited: 0 }])
  const verified = await commandLine(['verify', out, '--model', a, b, c, ...cpu])
  expect(verified.code).toBe(0)
  const other = await commandLine(['verify', out, '--model', a, c, b, ...cpu])
  expect(other.code).not.toBe(0)
})

test('a judge says of what was made what a comparison says', async () => {
  const [a = '', , , held = ''] = models
  const { read } = await attacked('judged', [a], '--judge', held)
  expect(read().model.ensemble).toBeUndefined()
  const out = join(base, 'compared')
  const grid = ['--method', 'pgd', '--epsilon', '16/255', '--set', 'pgd.steps=4', '--seed', '3', '--transfer']
  await commandLine(['compare', '--study', study, '--model', a, held, ...cpu, ...grid, '--out', out])
  const { cells } = JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8')) as {
    cells: { transfer: { fooled: unknown }[] }[]
  }
  expect(read().judges?.[0]?.fooled).toEqual(cells[0]?.transfer[0]?.fooled)
})

test('a defence of any model is attacked as it is asked', async () => {
  const defended = writeClassifier(join(base, 'defended'), { seed: 10 }, { defence: [{ kind: 'noise', sigma: 0.01 }] }) // prettier-ignore
  const { read } = await attacked('with-defended', [models[0] ?? '', defended.model], '--eot', '2')
  expect(read().attack.defence).toMatchObject({ seen: 'adaptive', draws: 2, steps: [{ gradient: 'eot' }] })
})

test('models that can’t be one are refused with what differs', async () => {
  const other = writeClassifier(join(base, 'other'), {}, { intensity: { kind: 'hu-window', center: 0, width: 100 } }) // prettier-ignore
  const { ended } = await attacked('refused', [models[0] ?? '', other.model])
  expect(ended.code).not.toBe(0)
  expect(JSON.stringify(ended)).toContain('expected the same intensity')
})
