import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where Radversary keeps what is the user's (models, later runs and settings): RADVERSARY_HOME, or the platform's usual place. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env['RADVERSARY_HOME']) return env['RADVERSARY_HOME']
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Radversary')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Radversary')
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'radversary')
}

/** One folder a model, named as its card is; in each the model, its card, and what else it needs. */
export function modelsFolder(home: string): string {
  return join(home, 'models')
}

export const modelFileName = 'model.onnx'
export const tfjsFileName = 'model.json'

/** The model in a folder of an added one; undefined where there is none. */
export async function storedModelFile(folder: string): Promise<string | undefined> {
  for (const name of [modelFileName, tfjsFileName]) if (await isFile(join(folder, name))) return join(folder, name)
  return undefined
}

/** Whether there is a file of this name: a folder of a model's name is none. */
export async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true
}
