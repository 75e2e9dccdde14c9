import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { listFolder } from './list-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'radversary-list-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('folders come first, numbers count, hidden and dangling entries are left out', async () => {
  for (const name of ['slice10', 'slice9', '.hidden', 'a.zip']) writeFileSync(join(folder, name), '')
  mkdirSync(join(folder, 'z-series'))
  symlinkSync(join(folder, 'z-series'), join(folder, 'link'))
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
  const { path, parent, entries } = await listFolder(folder)
  expect({ path, parent }).toEqual({ path: folder, parent: join(folder, '..') })
  expect(entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'folder link',
    'folder z-series',
    'file a.zip',
    'file slice9',
    'file slice10',
  ])
})

test('the root has no parent, and a folder that is not there is told', async () => {
  expect((await listFolder('/')).parent).toBeNull()
  await expect(listFolder(join(folder, 'none'))).rejects.toMatchObject({
    code: 'io-failed',
    file: join(folder, 'none'),
  })
})
