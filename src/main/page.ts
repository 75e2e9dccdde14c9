import { app, dialog, type BrowserWindow } from 'electron'
import { channels, type EngineNotice, type MenuEvent, type Purpose } from '../shared/bridge.ts'
import { openMainWindow } from './main-window.ts'
import { answerMessages, choose } from './messages.ts'

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
