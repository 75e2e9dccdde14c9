import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import util from 'node:util'
import { homeFolder } from '../fs/private-folders.ts'
import { tf } from './tensorflow.ts'

/** A folder of npm's for packages that a user adds to Radversary: TensorFlow's library, WebGPU. */
export function addedPackagesFolder(home: string = homeFolder()): string {
  return join(home, 'tfjs')
}

/**
 * Imports a package that may not be there: from the application's own node_modules, or from those in the
 * user's folder.
 * @throws Error `… is not installed`, or what the package throws.
 */
export function importOptional(module: string): Promise<unknown> {
  const path = resolved(module)
  if (path === undefined) return Promise.reject(new Error(`${module} is not installed`))
  restoreOldNames()
  return import(pathToFileURL(path).href)
}

/** Whether `importOptional` finds it. */
export function isInstalled(module: string): boolean {
  return resolved(module) !== undefined
}

function resolved(module: string): string | undefined {
  for (const from of [import.meta.url, join(addedPackagesFolder(), 'package.json')])
    try {
      return createRequire(from).resolve(module)
    } catch {
      continue
    }
  return undefined
}

/** tfjs-node 4.22 calls what Node 23 has taken out of its `util`. */
function restoreOldNames(): void {
  const old: Record<string, unknown> = util
  old['isArray'] ??= Array.isArray
  old['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
}

/** The packages of TensorFlow's own library; each registers the same backend. */
const packages = { gpu: '@tensorflow/tfjs-node-gpu', cpu: '@tensorflow/tfjs-node' } as const

/** What is used of the addon's backend. */
interface AddonBackend {
  readonly isUsingGpuDevice: boolean
  readonly binding: { readonly TF_Version: string }
}

/**
 * Loads the addon; the package for CUDA first. One that `npm run tfjs:native` built is the plain package, and
 * has a graphics card where its library has. @throws Error where it isn't installed, or finds no graphics
 * card that is `needed`.
 */
export async function loadAddon(needed: { readonly gpu: boolean }): Promise<void> {
  const loaded = await firstThatLoads(
    needed.gpu ? [packages.gpu, packages.cpu] : [packages.cpu, packages.gpu],
  )
  if (needed.gpu && !(await addonBackend()).isUsingGpuDevice)
    throw new Error(`${loaded} finds no graphics card that it can use`)
}

/** TensorFlow's version, e.g. '2.21.0'; of the loaded addon. */
export async function addonVersion(): Promise<string> {
  return (await addonBackend()).binding.TF_Version
}

async function firstThatLoads([first, second]: readonly [string, string]): Promise<string> {
  try {
    await importOptional(first)
    return first
  } catch (error) {
    if (!isMissing(error)) throw error
    await importOptional(second).catch((other: unknown) => {
      throw isMissing(other) ? error : other
    })
    return second
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('is not installed')
}

async function addonBackend(): Promise<AddonBackend> {
  await tf.setBackend('tensorflow')
  return tf.backend() as unknown as AddonBackend
}
