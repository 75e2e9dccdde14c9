import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logFolderIn, openLog } from './log.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'radversary-log-'))
})
afterEach(() => {
  rmSync(home, { recursive: true })
})

test('an error is told by its code and subject, without what may name a file or a patient', async () => {
  const log = openLog(home)
  log.write('run started', { run: '1' })
  log.error('failed', {
    code: 'usage',
    message: 'Model: expected a name, got /data/DOE^JANE',
    tip: 'DOE',
    file: '/data/DOE^JANE',
  })
  await log.flush()
  const lines = readFileSync(join(logFolderIn(home), 'engine.log'), 'utf8')
    .trim()
    .split('\n')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { event: 'run started', run: '1' },
    { event: 'failed', code: 'usage', subject: 'Model' },
  ])
  expect(lines.join()).not.toContain('DOE')
})

test('a full log is kept once and begun anew', async () => {
  mkdirSync(logFolderIn(home))
  writeFileSync(join(logFolderIn(home), 'engine.log'), 'x'.repeat(1_000_001))
  const log = openLog(home)
  log.write('engine started')
  await log.flush()
  expect(readdirSync(logFolderIn(home)).sort()).toEqual(['engine.1.log', 'engine.log'])
  expect(readFileSync(join(logFolderIn(home), 'engine.log'), 'utf8')).toContain('engine started')
})
