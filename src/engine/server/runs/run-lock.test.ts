import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isLockedElsewhere, lockRun } from './run-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'radversary-lock-'))
const path = join(folder, 'in-work')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('a lock of this engine is none elsewhere, and goes when it is released', async () => {
  const lock = await lockRun(folder)
  expect(readdirSync(folder)).toEqual(['in-work'])
  expect(await isLockedElsewhere(folder)).toBe(false)
  await lock.release()
  expect(readdirSync(folder)).toEqual([])
})

test('a living process that renews its lock has the run in work', async () => {
  writeFileSync(path, String(process.ppid))
  expect(await isLockedElsewhere(folder)).toBe(true)
})

test('a lock that is not renewed is that of a dead engine, though its number lives on', async () => {
  const longAgo = new Date(Date.now() - 60_000)
  writeFileSync(path, String(process.ppid))
  utimesSync(path, longAgo, longAgo)
  expect(await isLockedElsewhere(folder)).toBe(false)
})

test('a dead process has nothing in work', async () => {
  writeFileSync(path, '4194304')
  expect(await isLockedElsewhere(folder)).toBe(false)
})
