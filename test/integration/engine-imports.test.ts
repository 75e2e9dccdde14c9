import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from 'fast-png'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  expect(study.imported.join()).toMatch(/Labels of 2 images were found.*No modality was given/)
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
