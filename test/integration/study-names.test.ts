import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zipSync } from 'fflate'
import { expect, it, test } from 'vitest'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'
import { writeImage } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('study-names')
const paths = writeClassifier(join(base, 'model'))
const device = { device: 'cpu', threads: 1, home: base } as const

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(base, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

const image = (number: number) => readFileSync(writeImage(join(base, 'images'), number).path)

/** The label of each image by its name, of a study whose labels file has these names. */
async function labelsOf(study: string, ...names: string[]): Promise<(readonly [string, string | null])[]> {
  const rows = names.map((name, index) => `"${name}",${index % 2}`)
  const labels = put('labels.csv', ['file,label', ...rows, ''].join('\n'))
  const { predictions } = await predictStudy({ study: [study], labels, ...paths, ...device })
  return predictions.map(({ file, label }) => [file, label] as const)
}

test('a label is found whether accents are composed or not, and whatever parts the folders', async () => {
  put('decomposed/Te\u0302te/1.dcm', image(1))
  put('decomposed/Te\u0302te/2.dcm', image(2))
  const found = await labelsOf(join(base, 'decomposed'), 'T\u00eate/1.dcm', './T\u00eate\\2.dcm')
  expect(found.map(([, label]) => label !== null)).toEqual([true, true])
})

test('images of a zip archive are called by their paths in it', async () => {
  const archive = put('one.zip', zipSync({ 'T\u00eate/1.dcm': image(1), '2.dcm': image(2) }))
  const found = await labelsOf(archive, 'Te\u0302te/1.dcm', '2.dcm')
  expect(found.map(([file]) => file).sort()).toEqual(['2.dcm', 'T\u00eate/1.dcm'])
  expect(found.every(([, label]) => label !== null)).toBe(true)
})

test('images of an archive in a folder are called by its path too, or only theirs where that is enough', async () => {
  put('folder/a.zip', zipSync({ 'x/1.dcm': image(1), 'x/2.dcm': image(2) }))
  put('folder/b.zip', zipSync({ 'x/1.dcm': image(3), 'x/4.dcm': image(4) }))
  const found = await labelsOf(join(base, 'folder'), 'a.zip > x/1.dcm', 'x/1.dcm', 'x/2.dcm', '4.dcm')
  expect(found.filter(([, label]) => label !== null).map(([file]) => file)).toEqual([
    'a.zip > x/1.dcm',
    'a.zip > x/2.dcm',
    'b.zip > x/4.dcm',
  ])
})

describeWithSharedData('the archives of the case of labels and names', () => {
  it.each([
    ['cp437.zip', 'Tête/a0.dcm'],
    ['utf8.zip', 'Tête/a0.dcm'],
    ['sjis.zip', '患者山田/a00.dcm'],
  ])('%s holds %s', async (archive, name) => {
    const at = (file: string) => sharedCase(`labels-and-zip-names/${file}`)
    const labels = put('case.csv', `file,label\n${name},p1\n`)
    const { predictions } = await predictStudy({
      study: [at(archive)],
      labels,
      model: at('hu.onnx'),
      card: at('hu.card.json'),
      ...device,
    })
    expect(predictions).toMatchObject([{ file: name, label: 'p1' }])
  })
})
