import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sweepTemporaryFolder, temporaryFolderIn, withTemporaryFolder } from './temporary-folder.ts'

const home = mkdtempSync(join(tmpdir(), 'radversary-temporary-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

test('a temporary folder is the user’s alone, in the workspace, and gone afterwards', async () => {
  await withTemporaryFolder(home, (folder) => {
    expect(dirname(folder)).toBe(temporaryFolderIn(home))
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o700)
    writeFileSync(join(folder, 'graph.onnx'), 'x')
    return Promise.resolve()
  })
  expect(readdirSync(temporaryFolderIn(home))).toEqual([])
})

test('what a dead process left is swept; what is in use, or another’s, stays', async () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  await withTemporaryFolder(home, async (folder) => {
    const own = folder.slice(temporaryFolderIn(home).length + 1)
    const dead = own.replace(String(process.pid), String(pid))
    for (const name of [dead, 'something else']) mkdirSync(join(temporaryFolderIn(home), name))
    writeFileSync(join(temporaryFolderIn(home), dead, 'pixels'), 'x')
    await sweepTemporaryFolder(home)
    expect(readdirSync(temporaryFolderIn(home)).sort()).toEqual([own, 'something else'].sort())
  })
})

test('a workspace that can’t be written is no hindrance', async () => {
  writeFileSync(join(home, 'file'), '')
  const folder = await withTemporaryFolder(join(home, 'file'), (path) => Promise.resolve(path))
  expect(dirname(folder)).toBe(tmpdir())
})
