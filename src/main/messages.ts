import { isAbsolute } from 'node:path'
import {
  type BrowserWindow,
  dialog,
  ipcMain,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
  shell,
} from 'electron'
import { channels, type Purpose } from '../shared/bridge.ts'
import { isTrustedSender } from './guard.ts'

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

/**
 * What the page may ask of main, and only the page. @param onListening when the page has begun to hear main
 */
export function answerMessages(window: BrowserWindow, onListening: () => void): void {
  handle(channels.listening, onListening)
  handle(channels.choose, (purpose, start) => choose(window, purpose, start))
  handle(channels.showInFolder, (path) => {
    // Shown, never opened: opening could run a program.
    if (typeof path === 'string' && isAbsolute(path)) shell.showItemInFolder(path)
  })
}

/** A native dialog's choice; none for a purpose that there isn't, or when the user cancels. */
export async function choose(
  window: BrowserWindow,
  purpose: unknown,
  start?: unknown,
): Promise<readonly string[]> {
  const options = dialogOptions(purpose, start)
  return options === undefined ? [] : (await dialog.showOpenDialog(window, options)).filePaths
}

function handle(channel: string, answer: (...given: readonly unknown[]) => unknown): void {
  // A window that is opened anew takes over.
  ipcMain.removeHandler(channel)
  ipcMain.handle(channel, ({ senderFrame }: IpcMainInvokeEvent, ...given: unknown[]) => {
    if (!isTrustedSender(senderFrame)) throw new Error('this page may not ask')
    return answer(...given)
  })
}
