import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sessionIn } from './session-file.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'radversary-session-'))
})
afterEach(() => {
  rmSync(home, { recursive: true })
})

test('there is none at first; what is kept last is there after a restart', async () => {
  const session = sessionIn(home)
  expect(await session.read()).toBeUndefined()
  await Promise.all([
    session.keep({ studies: ['a'], view: { step: 'model' } }),
    session.keep({ studies: ['a', 'b'], view: { step: 'attack' } }),
  ])
  expect(await sessionIn(home).read()).toEqual({ studies: ['a', 'b'], view: { step: 'attack' } })
})

test('a damaged file is an error that names it', async () => {
  writeFileSync(join(home, 'session.json'), '{')
  await expect(sessionIn(home).read()).rejects.toMatchObject({ file: join(home, 'session.json') })
})
