import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { verifyManifest } from '../../src/adapters/fs/manifest.ts'
import type { Detection } from '../../src/engine/detect/detection.ts'
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandLine, type Ended } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const sample = fileURLToPath(new URL('../../resources/sample/', import.meta.url))
const base = temporaryFolder('detect')
const [study, fit] = [join(base, 'study'), join(base, 'fit')]
const cpu = ['--device', 'cpu', '--threads', '1', '--model', join(sample, 'model/phantom-thorax.onnx')]
const features = ['--tensors', '/blocks/blocks.2/Relu_output_0']

async function attacked(method: string, ...more: string[]): Promise<string> {
  const out = join(base, method)
  const { code } = await commandLine([
    'attack',
    '--study',
    study,
    ...cpu,
    '--method',
    method,
    '--epsilon',
    '4/255',
    ...more,
    '--out',
    out,
  ])
  expect(code).toBe(0)
  return out
}

const detect = (...more: string[]) => commandLine(['detect', '--study', study, '--fit', fit, ...cpu, ...more])

let ended: Ended
let found: Detection
let runs: readonly string[]
const out = join(base, 'out')
beforeAll(async () => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  for (const folder of [study, fit]) mkdirSync(folder)
  const names = readdirSync(join(sample, 'study'))
    .filter((name) => name.endsWith('.dcm'))
    .sort()
  for (const [i, name] of names.entries())
    copyFileSync(join(sample, 'study', name), join(i % 2 === 0 ? fit : study, name))
  runs = [
    await attacked('pgd', '--steps', '8'),
    await attacked('noise'),
    await attacked('hfc', '--steps', '8', ...features),
  ]
  ended = await detect('--runs', ...runs, ...features, '--out', out)
  found = JSON.parse(readFileSync(join(out, 'detection.json'), 'utf8')) as Detection
}, 240_000)
afterAll(() => {
  vi.unstubAllEnvs()
})

const aucOf = (method: string, detector: string) =>
  found.runs.find((run) => run.method === method)!.detectors.find((one) => one.detector === detector)!.auc

test('each detector is asked about each run, and its numbers are listed', async () => {
  expect(ended.code).toBe(0)
  expect(found.runs.map(({ method }) => method)).toEqual(['pgd', 'noise', 'hfc'])
  for (const { detectors, images } of found.runs) {
    expect(images).toBe(found.clean.images)
    expect(detectors).toHaveLength(4)
    for (const { auc, roc } of detectors) {
      expect(auc.positives).toBe(images)
      expect(roc.at(-1)).toEqual([1, 1])
    }
  }
  expect(await verifyManifest(out)).toMatchObject({ missing: [], changed: [], unlisted: [] })
  expect(ended.out).toMatch(/pgd .* mahalanobis/)
})

test('attacks stand out more than noise of the same size', () => {
  expect(aucOf('pgd', 'mahalanobis').value).toBeGreaterThan(aucOf('noise', 'mahalanobis').value! + 0.1)
  expect(aucOf('pgd', 'feature-squeezing').value).toBeGreaterThan(aucOf('noise', 'feature-squeezing').value!)
})

test('an attack on the features hides from the detector that looks at them', () => {
  expect(aucOf('hfc', 'kernel-density').value).toBeLessThan(aucOf('pgd', 'kernel-density').value!)
})

test('a patient in both parts is told, and there is no interval of one patient', () => {
  expect(found.warnings).toEqual([expect.stringContaining('among those that detectors were fitted to')])
  expect(ended.out).toContain('results are too good')
  expect(aucOf('pgd', 'entropy').interval).toBeNull()
})

test('the report names no folder', () => {
  expect(readFileSync(join(out, 'detection.json'), 'utf8')).not.toContain(base)
})

test('a run on other images and a model of several labels are refused in words', async () => {
  const other = await commandLine([
    'detect',
    '--study',
    fit,
    '--fit',
    fit,
    ...cpu,
    '--runs',
    runs[0]!,
    ...features,
    '--out',
    join(base, 'none'),
  ])
  expect(other.err).toContain('expected a run on images of the study')
  const { model } = writeClassifier(join(base, 'multi'), { activation: 'multi-label-sigmoid' })
  const several = await commandLine([
    'detect',
    '--study',
    study,
    '--fit',
    fit,
    '--device',
    'cpu',
    '--model',
    model,
    '--runs',
    runs[0]!,
    '--tensors',
    'x',
    '--out',
    join(base, 'no'),
  ])
  expect(several.err).toContain('classes exclude each other')
})
