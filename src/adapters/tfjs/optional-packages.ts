import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import util from 'node:util'
import { homeFolder } from '../fs/home-folder.ts'

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
