import { stat } from 'node:fs/promises'
import { join } from 'node:path'

export { homeFolder } from '../../adapters/fs/private-folders.ts'
export { keepWorkspacePrivate } from '../../adapters/fs/private-folders.ts'
export { sweepTemporaryFolder } from '../../adapters/fs/private-folders.ts'

/** One folder a model, named as its card is; in each the model, its card, and what else it needs. */
export function modelsFolder(home: string): string {
  return join(home, 'models')
}

export const modelFileName = 'model.onnx'
export const tfjsFileName = 'model.json'

/** The model in a folder of an added one; undefined where there is none. */
export async function storedModelFile(folder: string): Promise<string | undefined> {
  for (const name of [modelFileName, tfjsFileName])
    if (await isFile(join(folder, name))) return join(folder, name)
  return undefined
}

/** A text that changes with any of some files and folders, and where one comes or goes. */
export async function versionOf(paths: readonly string[]): Promise<string> {
  const each = paths.map(async (path) => {
    const found = await stat(path).catch(() => undefined)
    return `${path} ${found === undefined ? 'none' : `${found.mtimeMs} ${found.size}`}`
  })
  return (await Promise.all(each)).join('\n')
}

/** Whether there is a file of this name: a folder of a model's name is none. */
export async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true
}
