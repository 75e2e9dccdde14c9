/** What a native dialog is opened for. */
export type Purpose =
  'study-folders' | 'study-files' | 'model' | 'card' | 'labels' | 'masks' | 'export-folder'

/** What a menu, the system or another start of the application asks of the page. */
export type MenuEvent =
  /** Files or folders: from the dialog, the command line, or the system's file manager. */
  | { readonly type: 'open'; readonly paths: readonly string[] }
  | { readonly type: 'command'; readonly command: 'about' | 'help' | 'settings' | 'shortcuts' | 'tags' }

/**
 * What happened to the engine's process. A page that shows a study goes on with it: studies are found again
 * by their ids.
 */
export interface EngineNotice {
  /** `given-up`: it crashed too often to be started again. */
  readonly state: 'crashed' | 'restarted' | 'given-up'
  /** The process's exit code. */
  readonly code: number
}

/** All that preload gives a page beyond what the web gives it; `window.radversary`, absent in a browser. */
export interface RadversaryBridge {
  /** Versions for the about box. */
  readonly versions: { readonly electron: string; readonly chromium: string; readonly node: string }
  /** Opens a native dialog; none when the user cancels. */
  choose(purpose: Purpose, start?: string): Promise<readonly string[]>
  /** The path of a file or folder that was dropped on the page (a `File`); empty where it has none. */
  pathOf(file: object): string
  /** Shows a file or folder in the system's file manager. */
  showInFolder(path: string): Promise<void>
  /** The result ends the listening. */
  onMenu(listener: (event: MenuEvent) => void): () => void
  onEngine(listener: (notice: EngineNotice) => void): () => void
}

/**
 * Names of the messages between preload and main; `listening`: the page hears now, and what was to be sent
 * can be.
 */
export const channels = {
  choose: 'choose',
  showInFolder: 'show-in-folder',
  listening: 'listening',
  ...({ menu: 'menu', engine: 'engine' } as const),
}

/** What main sends to a page, by channel. */
export interface ToPage {
  readonly menu: MenuEvent
  readonly engine: EngineNotice
}
