import { join } from 'node:path'
import { z } from 'zod'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'

/** A package that the application contains. */
export interface PackageLicence {
  readonly name: string
  readonly version: string
  /** SPDX expression; empty where the package gives none. */
  readonly licence: string
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), license: z.string().optional(), dev: z.boolean().optional() }),
  ),
})

/** npm's lock file says it all; it lies beside `resources` in the repository, and in it in a package. */
export async function licencesOf(resources: string): Promise<PackageLicence[]> {
  for (const path of [join(resources, 'package-lock.json'), join(resources, '..', 'package-lock.json')])
    if (await fileExists(path)) return parseLicences(new TextDecoder().decode(await readBytes({ path })))
  return []
}

/** What the application runs on, Electron included, not what builds it; by name, each version once. */
export function parseLicences(lockFile: string): PackageLicence[] {
  const { packages } = lockSchema.parse(JSON.parse(lockFile))
  const found = new Map<string, PackageLicence>()
  for (const [path, { version, license, dev }] of Object.entries(packages)) {
    const name = path.split('node_modules/').at(-1) ?? ''
    const isShipped = dev !== true || path === 'node_modules/electron'
    if (path.includes('node_modules/') && isShipped && version !== undefined)
      found.set(`${name}@${version}`, { name, version, licence: license ?? '' })
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name))
}
