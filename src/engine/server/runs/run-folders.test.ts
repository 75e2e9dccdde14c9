import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import type { AttackRecord } from '../../export/record.ts'
import { digestOf } from './run-folders.ts'

const folder = temporaryFolder('digests')

/** A run's files, and how often its record was read. */
function runWith(name: string) {
  const run = join(folder, name)
  mkdirSync(run, { recursive: true })
  const files = { file: join(run, 'digest.json'), record: join(run, 'record.json') }
  writeFileSync(files.record, '{}')
  const counted = { reads: 0 }
  const read = () => {
    counted.reads++
    return Promise.resolve({ summary: { slices: counted.reads }, warnings: [] } as unknown as AttackRecord)
  }
  return { run, counted, files: { ...files, read } }
}

test('a record is read once, and again when it or the software is another', async () => {
  const { counted, files } = runWith('kept')
  expect(await digestOf(files)).toMatchObject({ summary: { slices: 1 } })
  expect(await digestOf(files)).toMatchObject({ summary: { slices: 1 } })
  writeFileSync(files.record, '{ "longer": 1 }')
  expect(await digestOf(files)).toMatchObject({ summary: { slices: 2 } })
  const text = readFileSync(files.file, 'utf8')
  writeFileSync(files.file, text.replace(/"version":"[^"]*"/, '"version":"0.0.0"'))
  expect(await digestOf(files)).toMatchObject({ summary: { slices: 3 } })
  expect(counted.reads).toBe(3)
})

test('where it can’t be written the list is shown, and a run that was deleted stays away', async () => {
  const blocked = runWith('blocked')
  mkdirSync(join(blocked.files.file, 'in the way'), { recursive: true })
  expect(await digestOf(blocked.files)).toMatchObject({ summary: { slices: 1 } })
  const gone = runWith('gone')
  const read = () => {
    rmSync(gone.run, { recursive: true })
    return gone.files.read()
  }
  expect(await digestOf({ ...gone.files, read })).toMatchObject({ summary: { slices: 1 } })
  expect(existsSync(gone.run)).toBe(false)
})
