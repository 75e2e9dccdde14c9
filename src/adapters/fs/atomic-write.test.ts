import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { removePartials, writeFileAtomically } from './atomic-write.ts'

const diskFault = vi.hoisted(() => ({ code: undefined as string | undefined }))

/** A disk that takes the first half of a file and then reports the fault; without one, the real disk. */
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof fs>()
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const handle = await real.open(...args)
      const writeFile = handle.writeFile.bind(handle)
      handle.writeFile = async (data) => {
        if (diskFault.code === undefined) return writeFile(data)
        await writeFile((data as Uint8Array).subarray(0, 4))
        throw Object.assign(new Error(diskFault.code), { code: diskFault.code })
      }
      return handle
    },
  }
})

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'radversary-atomic-'))
})
afterEach(() => {
  diskFault.code = undefined
  rmSync(folder, { recursive: true })
})
const bytes = new TextEncoder().encode('all of it')

describe('an atomic write', () => {
  it('leaves the file and nothing else', async () => {
    await writeFileAtomically(join(folder, 'a.dcm'), bytes, { replace: false })
    expect(readdirSync(folder)).toEqual(['a.dcm'])
    expect(readFileSync(join(folder, 'a.dcm'), 'utf8')).toBe('all of it')
  })

  it('never replaces a file unless told to', async () => {
    const path = join(folder, 'a.json')
    writeFileSync(path, 'before')
    await expect(writeFileAtomically(path, bytes, { replace: false })).rejects.toMatchObject({
      code: 'export-conflict',
      file: path,
    })
    expect(readFileSync(path, 'utf8')).toBe('before')
    await writeFileAtomically(path, bytes, { replace: true })
    expect(readFileSync(path, 'utf8')).toBe('all of it')
  })

  it.each([
    ['ENOSPC', /disk is full/],
    ['EDQUOT', /quota/],
    ['EIO', /fault/],
  ])('leaves the old file and no rest when the disk reports %s halfway', async (code, tip) => {
    const path = join(folder, 'a.json')
    writeFileSync(path, 'before')
    diskFault.code = code
    const writing = writeFileAtomically(path, bytes, { replace: true })
    await expect(writing).rejects.toMatchObject({
      code: 'io-failed',
      file: path,
      tip: expect.stringMatching(tip) as string,
    })
    expect(readdirSync(folder)).toEqual(['a.json'])
    expect(readFileSync(path, 'utf8')).toBe('before')
  })

  it('names the file in the way of a folder', async () => {
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, 'file', 'a.dcm')
    const fault = {
      code: 'io-failed',
      file: path,
      tip: expect.stringMatching(/in the way of a folder/) as string,
    }
    await expect(writeFileAtomically(path, bytes, { replace: false })).rejects.toMatchObject(fault)
  })

  it('removes what a dead writer left, in subfolders too, and nothing else', async () => {
    mkdirSync(join(folder, 'sub'))
    const rest = join(folder, 'sub', '.a.dcm.0123abcd.radversary-partial')
    writeFileSync(rest, 'half')
    writeFileSync(join(folder, 'sub', 'a.partial'), 'somebody else’s')
    await removePartials(folder)
    expect(existsSync(rest)).toBe(false)
    expect(readdirSync(join(folder, 'sub'))).toEqual(['a.partial'])
  })

  // The superuser may write anywhere, so there a folder of the kernel stands for one that can't be written
  // to.
  it('says so when the folder can only be read', async () => {
    const readOnly = process.getuid?.() === 0 ? '/proc/sys/kernel' : folder
    if (readOnly === folder) chmodSync(folder, 0o555)
    const path = join(readOnly, 'radversary-test.dcm')
    const fault = {
      code: 'io-failed',
      file: path,
      tip: expect.stringMatching(/may not write|only be read|not there/) as string,
    }
    await expect(writeFileAtomically(path, bytes, { replace: false })).rejects.toMatchObject(fault)
    if (readOnly === folder) chmodSync(folder, 0o755)
  })
})
