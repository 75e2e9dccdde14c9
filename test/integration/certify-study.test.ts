import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Certification } from '../../src/engine/certify/certification.ts'
import { commandLine } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('certify')
const study = join(base, 'study')
const cpu = ['--device', 'cpu', '--threads', '1']
let tiny: TinyClassifier
beforeAll(() => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  writeSeries(study, 4)
  tiny = writeClassifier(join(base, 'model'))
})
afterAll(() => {
  vi.unstubAllEnvs()
})

async function certified(name: string, ...more: string[]) {
  const out = join(base, name)
  const draws = ['--n0', '20', '--n', '60']
  const ended = await commandLine(['certify', '--study', study, '--model', tiny.model, ...cpu, ...draws, '--out', out, ...more]) // prettier-ignore
  return { ...ended, out }
}
const read = (out: string) =>
  JSON.parse(readFileSync(join(out, 'certification.json'), 'utf8')) as Certification

test('almost no noise certifies what the model predicts, to the largest radius that the draws allow', async () => {
  const { out, code } = await certified('little', '--sigma', '1e-6')
  expect(code).toBe(0)
  const { images, smoothing, curve, abstained } = read(out)
  expect(images).toHaveLength(4)
  for (const { radius, seen, draws } of images) {
    expect(seen).toBe(draws)
    expect(radius).toBe(smoothing.largestRadius)
  }
  expect(abstained.successes).toBe(0)
  expect(curve.at(-1)?.certified.successes).toBe(4)
})

test('draws don’t depend on batches, and much noise, where it is asked for, lowers the radii', async () => {
  const [by7, by60] = [await certified('by7', '--batch', '7'), await certified('by60', '--batch', '60')]
  expect(read(by7.out).images).toEqual(read(by60.out).images)
  const { images, smoothing } = read((await certified('much', '--sigma', '1', '--at', 'image')).out)
  expect(smoothing.at).toBe('image')
  expect(images.every(({ seen, draws }) => seen < draws)).toBe(true)
  expect(images.every(({ radius }) => (radius ?? 0) < smoothing.largestRadius)).toBe(true)
})

test('with labels an image counts where its certified class is the label', async () => {
  const [first] = read((await certified('unlabelled', '--sigma', '1e-6')).out).images
  const labels = join(base, 'labels.csv')
  const rows = ['001', '002', '003', '004'].map((name) => `${name}.dcm,${first?.class ?? ''}`)
  writeFileSync(labels, ['file,label', ...rows].join('\n'))
  const { images, curve, labels: from } = read((await certified('labelled', '--sigma', '1e-6', '--labels', labels)).out) // prettier-ignore
  expect(from).toBe('file')
  const right = images.filter((each) => each.class === first?.class).length
  expect(curve[0]?.certified).toMatchObject({ successes: right, count: 4 })
})

test('a finished one is found again, and other numbers are refused in its folder', async () => {
  const { out } = await certified('again')
  const before = readFileSync(join(out, 'certification.json'))
  rmSync(join(base, 'home'), { recursive: true, force: true })
  expect((await certified('again')).code).toBe(0)
  expect(readFileSync(join(out, 'certification.json')).equals(before)).toBe(true)
  expect((await certified('again', '--seed', '5')).code).not.toBe(0)
})

test('labels that overlap are refused by name', async () => {
  const model = writeClassifier(join(base, 'multi'), { activation: 'multi-label-sigmoid' })
  const ended = await commandLine(['certify', '--study', study, '--model', model.model, ...cpu, '--out', join(base, 'no')]) // prettier-ignore
  expect(ended.code).not.toBe(0)
  expect(JSON.stringify(ended)).toContain('expected a model that gives one class')
})
