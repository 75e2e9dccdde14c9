import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'
import { z } from 'zod'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'

/** What the application brings along. */
export interface Resources {
  readonly folder: string
  /** The sample study's folder. */
  readonly sampleStudy: string
  /**
   * .onnx files of the sample's models, the classifier first; none where the sample isn't there. @throws
   * RadversaryError io-failed.
   */
  sampleModels(): Promise<string[]>
}

/** @param folder `resources` of the repository, or where a package keeps it */
export function resourcesIn(folder: string): Resources {
  const models = join(folder, 'sample', 'model')
  return {
    folder,
    sampleStudy: join(folder, 'sample', 'study'),
    sampleModels: async () => {
      try {
        const names = (await readdir(models))
          .filter((name) => name.endsWith('.onnx'))
          .map((name) => name.slice(0, -'.onnx'.length))
        return names.sort().map((name) => join(models, `${name}.onnx`))
      } catch (cause) {
        if (errorCode(cause) === 'ENOENT') return []
        throw ioError('List models', models, cause)
      }
    },
  }
}

/** A package that the application contains. */
interface PackageLicence {
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
