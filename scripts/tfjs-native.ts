/**
 * `npm run tfjs:native -- --libtensorflow PATH`: builds the addon of TensorFlow.js against a TensorFlow
 * library that the user has.
 */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { addedPackagesFolder } from '../src/adapters/tfjs/node-addon.ts'
import { compileAddon } from './tfjs-native/compile.ts'
import { findLibraries } from './tfjs-native/libraries.ts'
import { installAddonPackage, nodeApiHeaders } from './tfjs-native/packages.ts'
import { returnToCaller } from './setup/repository.mjs'

function build(): void {
  const { values } = parseArgs({ options: { libtensorflow: { type: 'string' } } })
  if (values.libtensorflow === undefined)
    throw new Error('Usage: npm run tfjs:native -- --libtensorflow PATH (docs/tfjs.md says of what)')
  if (process.platform === 'win32')
    throw new Error('This script compiles with g++ or clang, so it runs on Linux and macOS only')
  const folder = addedPackagesFolder()
  const libraries = findLibraries(resolve(values.libtensorflow), join(folder, 'libtensorflow'))
  console.log(`Library   ${libraries.names.join(', ')} in ${libraries.folder}`)
  const packageFolder = installAddonPackage(folder)
  const addon = compileAddon({ packageFolder, nodeApiHeaders: nodeApiHeaders(folder), libraries })
  console.log(`Addon     ${addon}`)
  check()
}

/** In a process of its own: a library that doesn't fit may end it. */
function check(): void {
  const script = join(import.meta.dirname, 'tfjs-native/check.ts')
  const env = { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env }
  const { status } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  })
  if (status !== 0) throw new Error('The addon was built, but does not work with this TensorFlow')
}

returnToCaller()
try {
  build()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
