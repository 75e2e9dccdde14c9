import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'

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
