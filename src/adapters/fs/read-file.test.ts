import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readBeside } from './read-file.ts'

const base = mkdtempSync(join(tmpdir(), 'radversary-beside-'))
const folder = join(base, 'model')
mkdirSync(join(folder, 'sub'), { recursive: true })
writeFileSync(join(folder, 'sub/w.bin'), 'weights')
writeFileSync(join(base, 'secret'), 'mine')
afterAll(() => {
  rmSync(base, { recursive: true })
})

test('a file in the folder or below is read, and none is none', async () => {
  expect(new TextDecoder().decode(await readBeside(folder, 'sub/w.bin'))).toBe('weights')
  expect(await readBeside(folder, 'other.bin')).toBeUndefined()
})

describe.skipIf(process.platform === 'win32')('is refused:', () => {
  symlinkSync('/dev/zero', join(folder, 'zero'))
  symlinkSync('../secret', join(folder, 'out'))
  symlinkSync('..', join(folder, 'up'))
  symlinkSync('sub/w.bin', join(folder, 'within'))
  execFileSync('mkfifo', [join(folder, 'pipe')])

  test.each(['zero', 'out', 'up/secret', '../secret', 'pipe', 'sub'])('%s', async (name) => {
    await expect(readBeside(folder, name)).rejects.toMatchObject({ code: 'model-unreadable' })
  })

  test('but a link to a file of the folder is read', async () => {
    expect(await readBeside(folder, 'within')).toHaveLength(7)
  })

  test('the folder itself may be a link', async () => {
    symlinkSync(folder, join(base, 'link'))
    expect(await readBeside(join(base, 'link'), 'sub/w.bin')).toHaveLength(7)
  })
})
