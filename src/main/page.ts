import { app, dialog, BrowserWindow, ipcMain, shell, type IpcMainInvokeEvent, screen } from 'electron'
import { channels, type EngineNotice, type MenuEvent, type Purpose } from '../shared/bridge.ts'
import { isAbsolute, join } from 'node:path'
import { isTrustedSender } from './guard.ts'
import { dialogOptions } from './paths-given.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { origin } from './scheme.ts'
import { windowOptions } from './window-options.ts'
import { parseWindowState, usableBounds, type WindowState } from './window-state.ts'

/** The one window, and all that main sends to the page in it. What is sent before the page listens waits. */
export interface Page {
  open(preload: string): Promise<void>
  /** To the front, for a second start. */
  focus(): void
  readonly send: (event: MenuEvent) => void
  readonly notifyOfEngine: (notice: EngineNotice) => void
  openPaths(paths: readonly string[]): void
  /** Asks for files or folders, and opens them. */
  openChosen(purpose: Purpose): Promise<void>
}

export function createPage(): Page {
  let window: BrowserWindow | undefined
  let isListening = false
  const waiting: MenuEvent[] = []
  const send = (event: MenuEvent) => {
    if (isListening) window?.webContents.send(channels.menu, event)
    else waiting.push(event)
  }
  const openPaths = (paths: readonly string[]) => {
    if (paths.length > 0) send({ type: 'open', paths })
  }
  const prepare = (opened: BrowserWindow) => {
    window = opened
    opened.webContents.on('did-start-loading', () => {
      isListening = false
    })
    answerMessages(opened, () => {
      isListening = true
      waiting.splice(0).forEach(send)
    })
  }
  return {
    send,
    openPaths,
    open: (preload) => openMainWindow(preload, prepare),
    focus: () => {
      if (window?.isMinimized() === true) window.restore()
      window?.focus()
    },
    notifyOfEngine: (notice) => {
      window?.webContents.send(channels.engine, notice)
      if (notice.state === 'given-up') dialog.showErrorBox(app.name, givenUpText(notice))
    },
    openChosen: async (purpose) => {
      if (window !== undefined) openPaths(await choose(window, purpose))
    },
  }
}

function givenUpText({ code }: EngineNotice): string {
  return `The engine ended again and again (code ${code}) and is not started anew. What was done is kept. Start the application again; if this comes back, see the log folder.`
}

/**
 * What the page may ask of main, and only the page. @param onListening when the page has begun to hear main
 */
function answerMessages(window: BrowserWindow, onListening: () => void): void {
  handle(channels.listening, onListening)
  handle(channels.choose, (purpose, start) => choose(window, purpose, start))
  handle(channels.showInFolder, (path) => {
    // Shown, never opened: opening could run a program.
    if (typeof path === 'string' && isAbsolute(path)) shell.showItemInFolder(path)
  })
}

/** A native dialog's choice; none for a purpose that there isn't, or when the user cancels. */
async function choose(window: BrowserWindow, purpose: unknown, start?: unknown): Promise<readonly string[]> {
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

/**
 * Opens the window where it was left, and shows it once there is something to see. @param prepare before the
 * page is loaded
 */
async function openMainWindow(preload: string, prepare: (window: BrowserWindow) => void): Promise<void> {
  const file = join(app.getPath('userData'), 'window-state.json')
  const state = readState(file)
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const window = new BrowserWindow(windowOptions(preload, state && usableBounds(state, areas)))
  if (state?.isMaximized === true) window.maximize()
  window.once('ready-to-show', () => {
    window.show()
  })
  window.on('close', () => {
    writeState(file, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
  })
  prepare(window)
  await window.loadURL(`${origin}/`)
}

function readState(file: string): WindowState | undefined {
  try {
    return parseWindowState(readFileSync(file, 'utf8'))
  } catch {
    return undefined // the first start
  }
}

function writeState(file: string, state: WindowState): void {
  try {
    writeFileSync(file, JSON.stringify(state))
  } catch {
    // A window in its usual place next time is no loss.
  }
}
