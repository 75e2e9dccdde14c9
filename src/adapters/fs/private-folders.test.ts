import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  keepWorkspacePrivate,
  sweepTemporaryFolder,
  temporaryFolderIn,
  withTemporaryFolder,
} from './private-folders.ts'

const folder = mkdtempSync(join(tmpdir(), 'radversary-private-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** A workspace as it was made with the usual mask, and a file that is another's. */
function openWorkspace(name: string): string {
  const home = join(folder, name)
  mkdirSync(join(home, 'runs/1'), { recursive: true })
  for (const file of ['runs/1/request.json', 'settings.json', 'notes.txt'])
    writeFileSync(join(home, file), '')
  for (const each of ['', 'runs', 'runs/1']) chmodSync(join(home, each), 0o755)
  for (const each of ['runs/1/request.json', 'settings.json', 'notes.txt']) chmodSync(join(home, each), 0o644)
  return home
}

describe.skipIf(process.platform === 'win32')('a workspace that others can look into', () => {
  test('is its owner’s alone once it was opened, with what Radversary made, and that is said once', async () => {
    const home = openWorkspace('open')
    const outside = join(folder, 'outside')
    writeFileSync(outside, '')
    chmodSync(outside, 0o644)
    symlinkSync(outside, join(home, 'runs/link'))
    expect(await keepWorkspacePrivate(home, 0o077)).toMatch(/were 0755 and are 0700 now.*RADVERSARY_UMASK/)
    for (const each of ['', 'runs', 'runs/1']) expect(modeOf(join(home, each))).toBe('700')
    for (const each of ['runs/1/request.json', 'settings.json']) expect(modeOf(join(home, each))).toBe('600')
    for (const each of [outside, join(home, 'notes.txt')]) expect(modeOf(each)).toBe('644')
    expect(await keepWorkspacePrivate(home, 0o077)).toBeUndefined()
  })

  test('keeps the rights that the user’s mask gives', async () => {
    const home = openWorkspace('group')
    expect(await keepWorkspacePrivate(home, 0o022)).toBeUndefined()
    expect(modeOf(home)).toBe('755')
    expect(await keepWorkspacePrivate(home, 0o027)).toMatch(/are 0750 now/)
    expect(modeOf(join(home, 'settings.json'))).toBe('640')
  })

  test('that is not there is no hindrance', async () => {
    expect(await keepWorkspacePrivate(join(folder, 'absent'), 0o077)).toBeUndefined()
  })
})

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
