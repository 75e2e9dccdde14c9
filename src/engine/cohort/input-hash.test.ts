import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { hashOfInput } from './input-hash.ts'

const base = temporaryFolder('input-hash')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('a folder is hashed as the lines of sha256sum, sorted by path', async () => {
  const folder = join(base, 'study')
  mkdirSync(join(folder, 'b'), { recursive: true })
  writeFileSync(join(folder, 'b', '1'), 'one')
  writeFileSync(join(folder, 'a'), 'first')
  const lines = `${sha256('first')}  a\n${sha256('one')}  b/1\n`
  expect(await hashOfInput(folder)).toEqual({ path: folder, files: 2, bytes: 8, sha256: sha256(lines) })
})

test('another name or byte is another hash, and nothing has one too', async () => {
  const hashes = new Set<string>()
  for (const [name, text] of [
    ['x', 'one'],
    ['y', 'one'],
    ['x', 'two'],
  ] as const) {
    // prettier-ignore
    const folder = join(base, `${name}-${text}`)
    mkdirSync(folder)
    writeFileSync(join(folder, name), text)
    hashes.add((await hashOfInput(folder)).sha256)
  }
  expect(hashes.size).toBe(3)
  expect(await hashOfInput(join(base, 'gone'))).toMatchObject({ files: 0, bytes: 0, sha256: sha256('') })
})

test('a file larger than what is read at once', async () => {
  const file = join(base, 'large')
  const text = 'x'.repeat(9 * 2 ** 20 + 1)
  writeFileSync(file, text)
  expect((await hashOfInput(file)).sha256).toBe(sha256(`${sha256(text)}  -\n`))
})
