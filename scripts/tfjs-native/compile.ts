import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Libraries } from './libraries.ts'

/** Node-API's version that the addon is written against, and the place in which its package looks for it. */
const nodeApi = 8

export interface CompileOptions {
  /** The addon's package, with its sources in `binding`. */
  readonly packageFolder: string
  readonly nodeApiHeaders: string
  readonly libraries: Libraries
}

/**
 * Compiles the addon from the package's own sources with the C++ compiler ($CXX, or c++), linked against the
 * libraries where they are.
 */
export function compileAddon({ packageFolder, nodeApiHeaders, libraries }: CompileOptions): string {
  const addon = join(packageFolder, `lib/napi-v${nodeApi}/tfjs_binding.node`)
  mkdirSync(dirname(addon), { recursive: true })
  const compiler = process.env['CXX'] ?? 'c++'
  const { status, error } = spawnSync(
    compiler,
    argumentsOf({ packageFolder, nodeApiHeaders, libraries }, addon),
    {
      stdio: 'inherit',
    },
  )
  if (error !== undefined)
    throw new Error(`${compiler}: expected a C++ compiler, got: ${error.message}. Install g++ or clang.`)
  if (status !== 0)
    throw new Error(
      'The addon could not be compiled against this TensorFlow: its C interface may be too old or too new',
    )
  return addon
}

function argumentsOf(
  { packageFolder, nodeApiHeaders, libraries: { folder, names, headers } }: CompileOptions,
  addon: string,
): string[] {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(packageFolder, 'binding', name))
  const includes = [join(packageFolder, '..'), headers, nodeApiHeaders].map((path) => `-I${path}`)
  const late = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', `-DNAPI_VERSION=${nodeApi}`, '-DBUILDING_NODE_EXTENSION'],
    ...[...includes, ...sources, ...names.map((name) => join(folder, name))],
    ...[...late, `-Wl,-rpath,${folder}`, '-o', addon],
  ]
}
