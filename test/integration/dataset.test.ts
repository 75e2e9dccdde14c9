import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { decode } from 'fast-png'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readNpy } from '../../src/core/tensor/npy.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { textValue } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { filesBelow } from '../support/attack-requests.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'
import { writeSegmenter } from '../support/tiny-segmenters.ts'

const base = temporaryFolder('dataset')
const study = join(base, 'study')
const cpu = ['--device', 'cpu', '--threads', '1']
const python = process.env['RADVERSARY_PEERS_PYTHON']
const runs = [join(base, 'smia'), join(base, 'fgsm')] as const
let tiny: TinyClassifier

type Row = Readonly<Record<string, string>>
const made = async (format: string, ...more: string[]) => {
  const out = join(base, `${format}-${more.join('')}`)
  const args = ['dataset', ...runs, '--study', study, '--format', format, ...more, '--out', out, '--json']
  const ended = await commandLine(args)
  if (ended.code !== 0) throw new Error(ended.err)
  const rows: Row[] = parse(readFileSync(join(out, 'labels.csv')), { columns: true })
  return { ...ended, out, rows }
}

/** Stored values of the first frame of a DICOM file. */
const storedOf = async (path: string) => {
  const [pixels] = await decodeFrames(parseInstance(readFileSync(path)))
  return [...pixels!.frame.values]
}

beforeAll(async () => {
  vi.stubEnv('RADVERSARY_HOME', join(base, 'home'))
  for (let patient = 0; patient < 5; patient++) {
    const changes = { patient: `ZACHARIAS${patient}`, study: `2.25.${70 + patient}`, series: patient + 1 }
    writeSeries(join(study, `p${patient}`), 2, changes)
  }
  tiny = writeClassifier(join(base, 'model'))
  for (const [index, method] of ['smia', 'fgsm'].entries()) {
    const args = ['attack', '--study', study, '--model', tiny.model, ...cpu, '--method', method]
    expect((await commandLine([...args, '--epsilon', '60/255', '--out', runs[index]!])).code).toBe(0)
  }
}, 60_000)
afterAll(() => {
  vi.unstubAllEnvs()
})

test('each image is there as it was and as each run has made it, and a patient in one split alone', async () => {
  const { rows, out } = await made('npy', '--split', 'train=0.6', 'test=0.4')
  expect(rows).toHaveLength(10 * 3)
  expect(rows.map(({ kind, method }) => `${kind} ${method}`.trim()).slice(0, 3)).toEqual([
    'clean',
    'adversarial smia',
    'adversarial fgsm',
  ])
  const splits = new Map<string, Set<string>>()
  for (const { patient, split } of rows) splits.set(patient!, (splits.get(patient!) ?? new Set()).add(split!))
  expect([...splits.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1])
  expect(rows.filter(({ split }) => split === 'train')).toHaveLength(18)
  expect(rows.filter(({ split }) => split === 'test')).toHaveLength(12)
  const record = JSON.parse(readFileSync(join(out, 'dataset.json'), 'utf8')) as { splits: object[] }
  expect(record.splits).toMatchObject([
    { name: 'train', patients: 3, clean: 6, adversarial: 12 },
    { name: 'test', patients: 2, clean: 4, adversarial: 8 },
  ])
})

test('.npy holds modality values, PNG stored ones: those of the source and of the export', async () => {
  const { rows, out } = await made('npy')
  const images = JSON.parse(readFileSync(join(runs[0], 'record.json'), 'utf8')) as {
    images: { exported: { series: { path: string } } }[]
  }
  const exported = await storedOf(join(runs[0], images.images[0]!.exported.series.path))
  const row = rows.find(({ run, pair }) => run === '1' && pair === '1')!
  const array = readNpy(new Uint8Array(readFileSync(join(out, row['image']!))))
  const at = Number(row['index']) * 144
  expect([...array.data.slice(at, at + 144)].map(Number)).toEqual(exported.map((value) => value - 1024))
  const png = await made('png')
  const file = png.rows.find(({ run, pair }) => run === '1' && pair === '1')!['image']!
  expect([...decode(readFileSync(join(png.out, file))).data]).toEqual(exported)
})

test('DICOM files carry no identity, and adversarial ones their label', async () => {
  const { rows, out } = await made('dicom')
  for (const [path, bytes] of filesBelow(out))
    expect(`${path} ${bytes.toString('latin1')}`).not.toMatch(/ZACHARIAS/)
  for (const { kind, image } of rows) {
    const said = textValue(openInstance(readFileSync(join(out, image!))), tag.ImageComments) ?? ''
    expect(/adversarial/i.test(said)).toBe(kind === 'adversarial')
  }
})

test('only fooled ones, on request; the same command gives the same bytes, and goes on', async () => {
  const { rows, out } = await made('png', '--only-fooled')
  const { rows: all } = await made('png', '--seed', '0')
  const fooled = all.filter(({ fooled }) => fooled === '1').length
  expect(rows.filter(({ kind }) => kind === 'adversarial')).toHaveLength(fooled)
  expect(fooled).toBeGreaterThan(0)
  const manifest = readFileSync(join(out, 'manifest.json'))
  await made('png', '--only-fooled')
  expect(readFileSync(join(out, 'manifest.json'))).toEqual(manifest)
  const { files } = JSON.parse(String(manifest)) as { files: { path: string; sha256: string }[] }
  for (const { path, sha256 } of files)
    expect(
      createHash('sha256')
        .update(readFileSync(join(out, path)))
        .digest('hex'),
    ).toBe(sha256)
})

test.each([
  [['--split', 'train=0.5', 'test=0.4'], 'Splits: expected shares that add up to 1'],
  [['--split', 'train=0.5', 'train=0.5'], 'Splits: expected names that differ'],
  [['--split', 'train'], 'Splits: expected NAME=SHARE'],
])('%j: %s', async (more, message) => {
  const args = ['dataset', runs[0], '--study', study, ...more, '--out', join(base, 'refused'), '--json']
  const { code, ...ended } = await commandLine(args)
  expect({ code, error: jsonOf({ code, ...ended }) }).toMatchObject({
    code: 2,
    error: { error: { code: 'usage', message: expect.stringContaining(message) as string } },
  })
})

test('a study that lacks images of a run is refused, and fewer patients than splits are said', async () => {
  const args = ['dataset', runs[0], '--study', join(study, 'p0'), '--out', join(base, 'refused')]
  const { code, err } = await commandLine(args)
  expect({ code, err }).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected the source of') as string,
  })
  const { err: said } = await made(
    'npy',
    '--split',
    'a=0.9',
    'b=0.02',
    'c=0.02',
    'd=0.02',
    'e=0.02',
    'f=0.02',
  )
  expect(said).toContain('there are 5 patients, and each is in one split alone')
})

test('each frame of a segmented file has its own mask', async () => {
  const [frames, run, out] = [join(base, 'frames'), join(base, 'masks-run'), join(base, 'masks-set')]
  writeSeries(frames, 1, { frames: 3, series: 9 })
  const { model } = writeSegmenter(join(base, 'segmenter'))
  const of = ['--study', frames, '--out']
  const attacked = await commandLine(['attack', '--model', model, ...cpu, '--method', 'fgsm', ...of, run])
  expect(`${attacked.code} ${attacked.err}`).toMatch(/^0 /)
  const { code, err } = await commandLine(['dataset', run, '--format', 'dicom', ...of, out])
  expect(`${code} ${err}`).toMatch(/^0 /)
  const rows: Row[] = parse(readFileSync(join(out, 'labels.csv')), { columns: true })
  expect(rows.map(({ index }) => index)).toEqual(['0', '1', '2', '0', '1', '2'])
  expect(new Set(rows.map(({ image }) => image)).size).toBe(2)
  expect(new Set(rows.map(({ mask }) => mask)).size).toBe(6)
})

test.skipIf(python === undefined)(
  'the loader for PyTorch and Keras reads all formats',
  { timeout: 120_000 },
  async () => {
    const folders = []
    for (const format of ['npy', 'png', 'nifti', 'dicom']) folders.push((await made(format)).out)
    const script = join(import.meta.dirname, '../python/radversary_dataset_test.py')
    execFileSync(python ?? '', [script, ...folders], { stdio: ['ignore', 'ignore', 'inherit'] })
  },
)
