import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findLibraries } from '../../scripts/tfjs-native/libraries.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const base = temporaryFolder('tfjs-native')
const suffix = process.platform === 'darwin' ? '2.dylib' : 'so.2'

/** Empty files. */
function laid(folder: string, files: readonly string[]): string {
  for (const file of files) {
    mkdirSync(dirname(join(base, folder, file)), { recursive: true })
    writeFileSync(join(base, folder, file), '')
  }
  return join(base, folder)
}

const inArchive = [
  'include/tensorflow/c/c_api.h',
  `lib/libtensorflow.${suffix}`,
  `lib/libtensorflow_framework.${suffix}`,
]
const inPackage = [
  'include/tensorflow/c/c_api.h',
  `libtensorflow_cc.${suffix}`,
  `libtensorflow_framework.${suffix}`,
]

test('the C library is found in its own folder', () => {
  const folder = laid('c-library', inArchive)
  expect(findLibraries(folder, join(base, 'unused'))).toEqual({
    folder: join(folder, 'lib'),
    names: [`libtensorflow.${suffix}`, `libtensorflow_framework.${suffix}`],
    headers: join(folder, 'include'),
  })
})

test('the C library is found in its archive', () => {
  const archive = join(base, 'libtensorflow.tar.gz')
  spawnSync('tar', ['-czf', archive, '-C', laid('to-pack', inArchive), '.'])
  expect(findLibraries(archive, join(base, 'unpacked')).folder).toBe(join(base, 'unpacked/lib'))
})

test.each([
  ['its own folder', ''],
  ['site-packages', 'tensorflow'],
  ['its environment', 'lib/python3.11/site-packages/tensorflow'],
])('an installed Python package is found by %s', (name, place) => {
  const folder = laid(
    name,
    inPackage.map((file) => join(place, file)),
  )
  expect(findLibraries(folder, join(base, 'unused'))).toEqual({
    folder: join(folder, place),
    names: [`libtensorflow_cc.${suffix}`, `libtensorflow_framework.${suffix}`],
    headers: join(folder, place, 'include'),
  })
})

test('a folder without the library says what was looked for', () => {
  const folder = laid('nothing', ['README'])
  expect(() => findLibraries(folder, join(base, 'unused'))).toThrow(
    /expected libtensorflow or libtensorflow_cc/,
  )
  expect(() => findLibraries(join(base, 'absent'), join(base, 'unused'))).toThrow(/which there isn't/)
})
