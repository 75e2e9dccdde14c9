import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** TensorFlow's C library where the user has it. */
export interface Libraries {
  /** The folder of the libraries. */
  readonly folder: string
  /** Their file names: what has the C functions, then what that needs. */
  readonly names: readonly string[]
  /** With tensorflow/c/c_api.h in it. */
  readonly headers: string
}

/** Where the parts lie in a C library's archive, and in an installed Python package. */
const layouts = [
  { libraries: 'lib', headers: 'include' },
  { libraries: '.', headers: 'include' },
  { libraries: 'tensorflow', headers: 'tensorflow/include' },
]

const names =
  process.platform === 'darwin'
    ? ['libtensorflow', 'libtensorflow_cc']
    : ['libtensorflow.so', 'libtensorflow_cc.so']

/**
 * Finds the C library in an archive (.tar.gz, unpacked into `unpackInto`), its folder, or a Python
 * environment that TensorFlow is installed in. @throws Error that says what was looked for.
 */
export function findLibraries(path: string, unpackInto: string): Libraries {
  if (!existsSync(path))
    throw new Error(`--libtensorflow: expected a file or folder, got ${path}, which there isn't`)
  const root = statSync(path).isDirectory() ? path : unpacked(path, unpackInto)
  for (const folder of candidates(root))
    for (const layout of layouts) {
      const found = inLayout(join(folder, layout.libraries), join(folder, layout.headers))
      if (found !== undefined) return found
    }
  throw new Error(
    `--libtensorflow: expected libtensorflow or libtensorflow_cc with tensorflow/c/c_api.h, got none in ${path}. ` +
      'Name the C library’s archive or folder, or the folder `tensorflow` of an installed Python package.',
  )
}

function inLayout(folder: string, headers: string): Libraries | undefined {
  if (!existsSync(join(headers, 'tensorflow/c/c_api.h')) || !existsSync(folder)) return undefined
  const files = readdirSync(folder).sort()
  const main = names
    .map((name) => files.find((file) => isVersionOf(file, name)))
    .find((file) => file !== undefined)
  const framework = files.find((file) => file.startsWith('libtensorflow_framework.'))
  return main === undefined
    ? undefined
    : { folder, names: framework === undefined ? [main] : [main, framework], headers }
}

/** `libtensorflow.so.2` of `libtensorflow.so`, but not libtensorflow_cc.so.2. */
function isVersionOf(file: string, name: string): boolean {
  return file === name || file.startsWith(`${name}.`)
}

/** A folder, and where an environment of Python keeps packages below it. */
function candidates(root: string): string[] {
  const versions = existsSync(join(root, 'lib'))
    ? readdirSync(join(root, 'lib')).filter((name) => name.startsWith('python'))
    : []
  return [root, ...versions.map((name) => join(root, 'lib', name, 'site-packages'))]
}

function unpacked(archive: string, into: string): string {
  mkdirSync(into, { recursive: true })
  const { status } = spawnSync('tar', ['-xf', archive, '-C', into], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0)
    throw new Error(`--libtensorflow: expected an archive that tar can unpack, got ${archive}`)
  return into
}
