import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Comparison } from '../../src/engine/compare/comparison.ts'
import type { AttackRecord } from '../../src/engine/export/record.ts'
import { commandLine } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('defended')
const study = join(base, 'study')
const cpu = ['--device', 'cpu', '--threads', '1']
const pgd = ['--method', 'pgd', '--epsilon', '8/255', '--steps', '3']
let tiny: TinyClassifier
beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  writeSeries(study, 5)
  const defence = [
    { kind: 'jpeg', at: 'image', quality: 60 },
    { kind: 'noise', sigma: 0.1, votes: 3, seed: 7 },
  ]
  tiny = writeClassifier(join(base, 'model'), {}, { defence })
})
afterAll(() => {
  vi.unstubAllEnvs()
})

async function attacked(name: string, ...more: string[]): Promise<AttackRecord> {
  const out = join(base, name)
  await commandLine([
    'attack',
    '--study',
    study,
    '--model',
    tiny.model,
    ...cpu,
    ...pgd,
    '--out',
    out,
    ...more,
  ])
  return JSON.parse(readFileSync(join(out, 'record.json'), 'utf8')) as AttackRecord
}
const pixels = ({ images }: AttackRecord) => images.map(({ frames }) => frames.map(({ after }) => after))

test('a record says how a defence was attacked, and its predictions are made again', async () => {
  const { attack, warnings } = await attacked('whole', '--eot', '2')
  expect(attack.defence).toEqual({
    seen: 'adaptive',
    draws: 2,
    steps: [
      { step: 'JPEG (quality 60, on the image)', gradient: 'bpda' },
      { step: 'Gaussian noise (sigma 0.1, 3 votes)', gradient: 'eot', votes: 3, seed: 7 },
    ],
  })
  expect(warnings.map(({ check }) => check)).not.toContain('defence-unseen')
  const verified = await commandLine(['verify', join(base, 'whole'), '--model', tiny.model, ...cpu])
  expect(verified.code).toBe(0)
  expect(pixels(await attacked('by-ones', '--eot', '2', '--batch', '1'))).toEqual(
    pixels(JSON.parse(readFileSync(join(base, 'whole', 'record.json'), 'utf8')) as AttackRecord),
  )
})

test('an attack that did not see the defence is named', async () => {
  const { attack, warnings } = await attacked('oblivious', '--oblivious')
  expect(attack.defence?.seen).toBe('oblivious')
  expect(warnings.map(({ check }) => check)).toContain('defence-unseen')
})

test('a comparison says it of each model', async () => {
  const out = join(base, 'compared')
  const methods = ['--method', 'pgd', 'square', '--set', 'square.steps=5', 'pgd.steps=2', '--eot', '1']
  await commandLine(['compare', '--study', study, '--model', tiny.model, ...cpu, ...methods, '--epsilon', '4/255', '--out', out]) // prettier-ignore
  const { models, warnings } = JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8')) as Comparison
  expect(models[0]?.defence).toMatchObject({ seen: 'adaptive', draws: 1 })
  expect(warnings.filter(({ check }) => check === 'one-draw')).toHaveLength(1)
})
