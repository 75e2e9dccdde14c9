import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
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

test('what a link leads to is hashed as what lies there, since a scan reads it', async () => {
  const [linked, plain] = ['linked', 'plain'].map((name) => join(base, name)) as [string, string]
  mkdirSync(join(base, 'store', 'below'), { recursive: true })
  mkdirSync(join(plain, 'below'), { recursive: true })
  mkdirSync(linked)
  writeFileSync(join(base, 'store', 'image'), 'pixels')
  writeFileSync(join(base, 'store', 'below', 'other'), 'more')
  symlinkSync(join(base, 'store', 'image'), join(linked, 'image'))
  symlinkSync(join(base, 'store', 'below'), join(linked, 'below'))
  symlinkSync(join(base, 'nowhere'), join(linked, 'dangling'))
  writeFileSync(join(plain, 'image'), 'pixels')
  writeFileSync(join(plain, 'below', 'other'), 'more')
  expect(await hashOfInput(linked)).toEqual({ ...(await hashOfInput(plain)), path: linked })
  writeFileSync(join(base, 'store', 'image'), 'others')
  expect((await hashOfInput(linked)).sha256).not.toBe((await hashOfInput(plain)).sha256)
})
