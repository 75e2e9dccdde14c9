import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from 'fast-png'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RadversaryError } from '../../src/core/errors.ts'
import { readModelFile } from '../../src/engine/models/read-model.ts'
import { openStudy } from '../../src/engine/study/open-study.ts'
import { sweepImports } from '../../src/engine/import/sweep-imports.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const broken = fileURLToPath(new URL('../../package.json', import.meta.url))
const folder = temporaryFolder('engine-imports')
const pictures = join(folder, 'radiographs')
let engine: TestEngine

function writePicture(name: string, grey: number): void {
  const data = new Uint8Array(64).fill(grey)
  mkdirSync(join(pictures, name, '..'), { recursive: true })
  writeFileSync(join(pictures, name), encode({ width: 8, height: 8, data, channels: 1, depth: 8 }))
}

beforeAll(async () => {
  writePicture('NORMAL/1.png', 10)
  writePicture('ILL/2.png', 200)
  engine = await startEngine()
}, 60_000)
afterAll(() => engine.end())

const open = async (path: string) =>
  (await lastOf(await engine.client.studies.open.mutate({ paths: [path] }), 'study')).study

test('a folder of pictures opens, and says what was assumed and found', async () => {
  const study = await open(pictures)
  expect(study.title).toBe('radiographs')
  expect(study.series.flatMap(({ images }) => images)).toHaveLength(2)
  expect(study.imported[0]).toMatch(/^Imported: 2 images of 2 files \(PNG\), as modality OT\.$/)
  expect(study.imported.join()).toMatch(/Labels of 2 images were found.*Images are of the modality OT/)
  expect(study.skipped).toBe(0)
  const frame = await engine.get(`/frames/${study.id}/0/0`)
  expect(frame.status).toBe(200)
}, 60_000)

test('the same pictures are the same study, others are another, and what was imported stays what it is', async () => {
  const first = await open(pictures)
  expect((await open(pictures)).paths).toEqual(first.paths)
  writePicture('ILL/3.png', 90)
  const second = await open(pictures)
  expect(second.paths).not.toEqual(first.paths)
  expect(second.series.flatMap(({ images }) => images)).toHaveLength(3)
  const again = await open(first.paths[0]!)
  expect(again.imported).toEqual(first.imported)
}, 60_000)

test('a folder of neither is refused as before', async () => {
  const other = join(folder, 'other')
  mkdirSync(other)
  copyFileSync(broken, join(other, 'notes.json'))
  await expect(open(other)).rejects.toThrow(/expected at least one DICOM image/)
}, 60_000)

test('the command line, which imports nothing by itself, says how pictures become a study', async () => {
  await expect(openStudy([pictures])).rejects.toMatchObject({ tip: expect.stringMatching(/radversary import/) as string }) // prettier-ignore
})

test.each([
  ['model.pt', /got weights of PyTorch/, /model exporter/],
  ['model.keras', /got a model of Keras/, /model exporter.*tensorflowjs_converter/],
  ['saved_model.pb', /got a model of TensorFlow/, /tensorflowjs_converter/],
])('%s is no ONNX model, and the error says how it becomes one', async (name, message, tip) => {
  const path = join(folder, name)
  writeFileSync(path, 'weights')
  const error = await readModelFile(path).catch((thrown: unknown) => thrown as RadversaryError)
  expect(error).toMatchObject({ message: expect.stringMatching(message) as string, tip: expect.stringMatching(tip) as string }) // prettier-ignore
})

test('imported studies that nothing names any more are removed, those of runs and recent studies stay', async () => {
  const home = join(folder, 'home')
  const imported = ['aaaaaaaaaaaa-1', 'bbbbbbbbbbbb-1', 'cccccccccccc-1']
  for (const name of imported) {
    mkdirSync(join(home, 'imported', name, 'a'), { recursive: true })
    writeFileSync(join(home, 'imported', name, 'a', 'import.json'), '{}')
  }
  mkdirSync(join(home, 'runs', '1'), { recursive: true })
  const paths = [join(home, 'imported', 'aaaaaaaaaaaa-1', 'a')]
  writeFileSync(join(home, 'runs', '1', 'request.json'), JSON.stringify({ paths }))
  writeFileSync(
    join(home, 'recent-studies.json'),
    JSON.stringify({ studies: [{ paths: ['/imported/bbbbbbbbbbbb-1/a'] }] }),
  )
  expect(await sweepImports(home)).toBe(0)
  expect(await sweepImports(home, Date.now() + 7_200_000)).toBe(1)
  expect(readdirSync(join(home, 'imported'))).toEqual(imported.slice(0, 2))
  expect(await sweepImports(join(home, 'none'))).toBe(0)
})
