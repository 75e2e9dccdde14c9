import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { verifyManifest } from '../../src/adapters/fs/manifest.ts'
import { readJson } from '../../src/adapters/fs/json-file.ts'
import { percent } from '../../src/core/number-texts.ts'
import { evaluation, type Evaluation } from '../../src/engine/evaluate/evaluation.ts'
import { commandLine, type Ended } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const sample = fileURLToPath(new URL('../../resources/sample/', import.meta.url))
const base = temporaryFolder('evaluate-study')
const [study, out] = [join(base, 'study'), join(base, 'out')]
mkdirSync(study)
for (const name of ['01.dcm', '10.dcm', '20.dcm'])
  copyFileSync(join(sample, 'study', name), join(study, name))
const [header, ...lines] = readFileSync(join(sample, 'study/labels.csv'), 'utf8').trim().split('\n')
const aged = [`${header!},age`, ...lines.map((line, i) => `${line},${i}`)]
writeFileSync(join(study, 'labels.csv'), aged.join('\n'))

const evaluate = (...more: string[]) =>
  commandLine([
    ...['evaluate', '--study', study, '--labels', join(study, 'labels.csv'), '--protocol', 'quick'],
    ...['--model', join(sample, 'model/phantom-thorax.onnx'), '--device', 'cpu', '--threads', '1'],
    ...['--subgroups', 'age=5,15', '--out', out, ...more],
  ])

let ended: Ended
let found: Evaluation
beforeAll(async () => {
  ended = await evaluate()
  expect(ended).toMatchObject({ code: 0 })
  found = await readJson(join(out, 'evaluation.json'), evaluation)
}, 240_000)

test('every file is listed, those of the comparison too', async () => {
  expect(await verifyManifest(out)).toMatchObject({ missing: [], changed: [], unlisted: [] })
})

test('every cell of the protocol is there, with what success means everywhere', () => {
  const [model] = found.models
  expect(model?.methods.map(({ method }) => method)).toEqual(['pgd', 'pgd', 'pgd', 'smia', 'smia', 'smia', 'fgsm', 'noise']) // prettier-ignore
  const cells = z.object({ cells: z.array(z.object({ fooled: z.unknown() })) })
  const { cells: compared } = cells.parse(JSON.parse(readFileSync(join(out, 'comparison/comparison.json'), 'utf8'))) // prettier-ignore
  expect(model?.methods.map(({ fooled }) => fooled)).toEqual(compared.map(({ fooled }) => fooled))
  expect(model?.clean?.labels.map(({ label }) => label)).toEqual(['no lesion', 'solid nodule', 'ground-glass opacity']) // prettier-ignore
  expect(found.study).toEqual({ images: 3, patients: 1, modalities: ['CT'] })
})

test('groups of the labels file have rates of their own, and the smallest is named', () => {
  const [byAge] = found.models[0]!.subgroups
  expect(byAge?.groups.map(({ value, images }) => [value, images])).toEqual([['below 5', 1], ['5 to below 15', 1], ['15 and more', 1]]) // prettier-ignore
  const report = readFileSync(join(out, 'report.html'), 'utf8')
  expect(report).toContain(`The smallest group is ${byAge!.smallest!}`)
  expect(readFileSync(join(out, 'tables/subgroups.csv'), 'utf8')).toContain('age,below 5,1,1')
})

test('images are followed over the budgets, and SMIA’s stabilisation over its iterations', () => {
  const { survival, methods } = found.models[0]!
  expect(survival.map(({ method }) => method)).toEqual(['pgd', 'smia'])
  const smia = methods.find(({ method, isReference }) => method === 'smia' && isReference)!
  expect(smia.stabilisation).toHaveLength(smia.losses.length)
  const figures = readdirSync(join(out, 'figures'))
  for (const name of ['budgets', 'convergence', 'stabilisation', 'divergence', 'survival', 'confusion-clean'])
    expect(figures).toContain(`${name}-1.svg`)
})

test('the worst case is shown in pictures, which a flag leaves out', () => {
  const [worst] = found.models[0]!.cases
  expect(worst?.kind).toBe('worst')
  expect(readFileSync(join(out, worst!.pictures!.perturbation)).subarray(1, 4).toString()).toBe('PNG')
  const report = readFileSync(join(out, 'report.html'), 'utf8')
  expect(report.match(/<img alt="perturbation" src="data:image\/png;base64,/g)).toHaveLength(
    found.models[0]!.cases.length,
  )
})

test('the checklist is answered from the data', () => {
  const { checklist, clean, worstCase } = found.models[0]!
  const answers = Object.fromEntries(checklist.map(({ question, answer }) => [question, answer]))
  expect(answers).toMatchObject({
    'Is the accuracy on clean images reported?': 'yes',
    'Were gradient-free attacks tried?': 'not tried',
    'Were attacks tried that see decisions alone?': 'not tried',
    'Was transfer from other models tried?': 'not tried',
    'Is the worst case of each image reported?': 'yes',
  })
  expect(checklist[0]?.evidence).toBe(`It is ${percent(clean!.accuracy.rate)}.`)
  expect(checklist.at(-1)?.evidence).toMatch(`${worstCase.fooled.successes} of ${worstCase.fooled.count} `)
  for (const { question, evidence } of checklist) expect(ended.out).toContain(`${question} ${evidence}`)
})

test('the report is one page without scripts that loads nothing, and names no folder', () => {
  const report = readFileSync(join(out, 'report.html'), 'utf8')
  expect(report).toContain('<h1>Robustness of phantom-thorax</h1>')
  expect(report).not.toMatch(/<script|(src|href)="?http|@import|url\((?!#)/)
  expect(report).not.toContain(base)
  const ids = [...report.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(report).toMatch(
    /--model phantom-thorax.onnx --protocol quick --subgroups age=5,15 --labels labels.csv .*--threads 1/,
  )
})

test('the same command finds it done', async () => {
  expect((await evaluate()).out).toContain('Resumed: 8 cells were done before')
})

test('a difference from itself is none', async () => {
  const { out: text, code } = await commandLine(['evaluate', '--diff', out, out])
  expect(code).toBe(0)
  expect(text).toMatch(/clean accuracy .* 0\.0 % .* 0\.0 % .* 1\.000/)
  expect(text).not.toContain('differs')
})

test('the full protocol takes several models without labels, and judges transfer', async () => {
  const [series, folder] = [join(base, 'series'), join(base, 'full')]
  writeSeries(series, 2)
  const models = ['one', 'other'].map((name) => writeClassifier(join(base, name), {}, { name }).model)
  const { code } = await commandLine([
    ...['evaluate', '--study', series, '--model', ...models, '--protocol', 'full', '--out', folder],
    ...['--device', 'cpu', '--threads', '1', '--no-pictures'],
  ])
  expect(code).toBe(0)
  const { labels, models: evaluated } = await readJson(join(folder, 'evaluation.json'), evaluation)
  expect(labels).toBe('prediction')
  expect(evaluated.flatMap(({ cases }) => cases)).toEqual([])
  expect(evaluated.map(({ clean }) => clean)).toEqual([null, null])
  const answers = evaluated.map(({ checklist }) => checklist.map(({ answer }) => answer))
  expect(answers.flat()).not.toContain('not tried')
  expect(answers.map(([first]) => first)).toEqual(['no', 'no'])
}, 120_000)
