import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { homeFolder, isFile, modelsFolder } from './home.ts'

test.each<[string, NodeJS.ProcessEnv, NodeJS.Platform, string]>([
  ['what RADVERSARY_HOME says', { RADVERSARY_HOME: '/data/r', XDG_DATA_HOME: '/x' }, 'linux', '/data/r'],
  ['XDG_DATA_HOME on Linux', { XDG_DATA_HOME: '/x' }, 'linux', join('/x', 'radversary')],
  [
    '.local/share on Linux',
    { RADVERSARY_HOME: '' },
    'linux',
    join(homedir(), '.local', 'share', 'radversary'),
  ],
  [
    'Application Support on macOS',
    {},
    'darwin',
    join(homedir(), 'Library', 'Application Support', 'Radversary'),
  ],
  ['APPDATA on Windows', { APPDATA: '/roaming' }, 'win32', join('/roaming', 'Radversary')],
  ['the usual APPDATA on Windows', {}, 'win32', join(homedir(), 'AppData', 'Roaming', 'Radversary')],
])('home is %s', (_name, env, platform, folder) => {
  expect(homeFolder(env, platform)).toBe(folder)
  expect(modelsFolder(folder)).toBe(join(folder, 'models'))
})

test('a folder is no file, and what is not there is none', async () => {
  const here = import.meta.dirname
  expect(
    await Promise.all([isFile(import.meta.filename), isFile(here), isFile(join(here, 'absent'))]),
  ).toEqual([true, false, false])
})
