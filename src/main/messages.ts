import { isAbsolute } from 'node:path'
import { dialog, ipcMain, shell, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { channels } from '../shared/bridge.ts'
import { isTrustedSender } from './guard.ts'
import { dialogOptions } from './dialog-options.ts'

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
