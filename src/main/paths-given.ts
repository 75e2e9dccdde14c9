import { isAbsolute, resolve } from 'node:path'
import type { OpenDialogOptions } from 'electron'
import type { Purpose } from '../shared/bridge.ts'

/**
 * Files and folders among a command line's arguments, e.g. of a second start: what neither is an option nor
 * the application itself.
 * @param args without the program
 */
export function pathsGiven(args: readonly string[], folder: string, application: string): string[] {
  const paths = args.filter((arg) => !arg.startsWith('-') && arg !== '')
  return paths
    .map((path) => (isAbsolute(path) ? path : resolve(folder, path)))
    .filter((path) => path !== resolve(application))
}

const options: Readonly<Record<Purpose, OpenDialogOptions>> = {
  'study-folders': { title: 'Open a study', properties: ['openDirectory', 'multiSelections'] },
  'study-files': { title: 'Open files of a study', properties: ['openFile', 'multiSelections'] },
  model: {
    title: 'Add a model',
    properties: ['openFile'],
    filters: [{ name: 'Models', extensions: ['onnx', 'json'] }],
  },
  card: {
    title: 'Choose a model card',
    properties: ['openFile'],
    filters: [{ name: 'Model cards', extensions: ['json'] }],
  },
  labels: {
    title: 'Choose labels',
    properties: ['openFile'],
    filters: [{ name: 'Labels', extensions: ['csv'] }],
  },
  masks: { title: 'Choose a folder of masks', properties: ['openDirectory'] },
  'export-folder': {
    title: 'Export to a folder',
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  },
}

/**
 * The dialog for a purpose, which comes from a page; undefined for one that there isn't. @param start the
 * folder to begin in
 */
export function dialogOptions(purpose: unknown, start: unknown): OpenDialogOptions | undefined {
  const found = Object.entries(options).find(([name]) => name === purpose)?.[1]
  if (found === undefined) return undefined
  return typeof start === 'string' ? { ...found, defaultPath: start } : found
}
