import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { settingsIn } from './settings-file.ts'

const presets = {
  cacheBytes: null,
  device: 'auto',
  threads: null,
  lastFolders: {},
  theme: 'dark',
  textSize: 'normal',
  restoreSession: true,
  keys: {},
}

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'radversary-settings-'))
})
afterEach(() => {
  rmSync(home, { recursive: true })
})

test('there are presets where there is no file', async () => {
  expect(await settingsIn(home).read()).toEqual(presets)
})

test('a change keeps the rest and is there after a restart', async () => {
  const settings = settingsIn(home)
  await Promise.all([
    settings.change({ threads: 2 }),
    settings.change({ device: 'cpu' }),
    settings.change({ lastFolders: { open: '/a' } }),
  ])
  expect(await settingsIn(home).read()).toEqual({
    ...presets,
    device: 'cpu',
    threads: 2,
    lastFolders: { open: '/a' },
  })
  expect(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'))).toMatchObject({
    schema: 'radversary/settings/1',
  })
})

test('a setting that a file of an earlier version lacks is at its preset', async () => {
  writeFileSync(join(home, 'settings.json'), '{"schema":"radversary/settings/1","threads":3}')
  expect(await settingsIn(home).read()).toMatchObject({ threads: 3, device: 'auto' })
})

test('a damaged file is told, with its name', async () => {
  writeFileSync(join(home, 'settings.json'), '{')
  await expect(settingsIn(home).read()).rejects.toMatchObject({
    code: 'io-failed',
    file: join(home, 'settings.json'),
  })
})
