import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import type { MenuItemConstructorOptions, OpenDialogOptions } from 'electron'
import { startWindowServer, StandInWindow } from './window.ts'

/** What a session was told to do. */
export interface StandInSession {
  /** Answers a scheme's requests. */
  readonly schemes: Map<string, (request: Request) => Promise<Response>>
  /** Whether a request may leave. */
  mayRequest(url: string): Promise<boolean>
}

/** What the program did that only a system would show. */
export interface Seen {
  readonly switches: string[]
  readonly privileged: string[]
  readonly errorBoxes: string[][]
  readonly shown: string[]
  readonly engines: ChildProcess[]
  readonly tasks: ChildProcess[]
  /** What the engines' processes wrote. */
  output: string
  menu: readonly MenuItemConstructorOptions[]
  isSandboxed: boolean
  hasQuit: boolean
}

interface StandInOptions {
  /** The application's folder. */
  readonly application: string
  readonly userData: string
  /** What the user chooses in a dialog. */
  readonly choose: (options: OpenDialogOptions) => readonly string[]
}

type RequestListener = (details: { url: string }, answer: (result: { cancel: boolean }) => void) => void

/**
 * Stands in for the module `electron` of a main process, as far as Radversary uses it: windows are pages of
 * Chromium, utility processes are children of Node's, and what is shown to the user is written down.
 */
export async function createElectronStandIn({ application, userData, choose }: StandInOptions) {
  const seen: Seen = {
    switches: [],
    privileged: [],
    errorBoxes: [],
    shown: [],
    engines: [],
    tasks: [],
    menu: [],
    output: '',
    isSandboxed: false,
    hasQuit: false,
  }
  const sessions = new Map<string, ReturnType<typeof createSession>>()
  const sessionOf = (name: string) => {
    const session = sessions.get(name) ?? createSession()
    sessions.set(name, session)
    return session
  }
  const handlers = new Map<string, (event: unknown, ...given: unknown[]) => unknown>()
  const app = Object.assign(new EventEmitter(), {
    name: 'Radversary',
    isPackaged: false,
    commandLine: { appendSwitch: (name: string) => seen.switches.push(name) },
    enableSandbox: () => (seen.isSandboxed = true),
    requestSingleInstanceLock: () => true,
    whenReady: () => Promise.resolve(),
    getAppPath: () => application,
    getPath: () => userData,
    quit: () => {
      app.emit('will-quit')
      seen.hasQuit = true
    },
  })
  const server = await startWindowServer()
  const windows: StandInWindow[] = []
  class BrowserWindow extends StandInWindow {
    constructor(options: ConstructorParameters<typeof StandInWindow>[0]) {
      super(options, { app, server, handlers, session: sessionOf(options.webPreferences.partition) })
      windows.push(this)
      app.emit('web-contents-created', {}, this.webContents)
    }
  }
  const electron = {
    app,
    BrowserWindow,
    protocol: {
      registerSchemesAsPrivileged: (schemes: readonly { scheme: string }[]) =>
        seen.privileged.push(...schemes.map(({ scheme }) => scheme)),
    },
    session: { defaultSession: sessionOf(''), fromPartition: sessionOf },
    utilityProcess: { fork: (program: string) => forkUtility(program, seen) },
    ipcMain: {
      handle: (channel: string, handler: (event: unknown, ...given: unknown[]) => unknown) =>
        handlers.set(channel, handler),
      removeHandler: (channel: string) => handlers.delete(channel),
    },
    dialog: {
      showOpenDialog: (_: unknown, options: OpenDialogOptions) =>
        Promise.resolve({ filePaths: choose(options) }),
      showErrorBox: (...texts: string[]) => seen.errorBoxes.push(texts),
    },
    Menu: {
      buildFromTemplate: (template: readonly MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (menu: readonly MenuItemConstructorOptions[]) => (seen.menu = menu),
    },
    shell: { showItemInFolder: (path: string) => seen.shown.push(path) },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
  }
  const end = async () => {
    for (const child of [...seen.engines, ...seen.tasks]) child.kill('SIGKILL')
    await Promise.all([...windows.map((window) => window.end()), server.end()])
  }
  return { electron, seen, windows, handlers, end }
}

function createSession() {
  const schemes: StandInSession['schemes'] = new Map()
  let listener: RequestListener = (_, answer) => {
    answer({ cancel: false })
  }
  const ignore = () => undefined
  return {
    schemes,
    mayRequest: (url: string) =>
      new Promise<boolean>((resolve) => {
        listener({ url }, ({ cancel }) => {
          resolve(!cancel)
        })
      }),
    protocol: {
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
        schemes.set(scheme, handler),
    },
    webRequest: {
      onBeforeRequest: (_: unknown, given: RequestListener) => {
        listener = given
      },
    },
    setPermissionRequestHandler: ignore,
    setPermissionCheckHandler: ignore,
    setDevicePermissionHandler: ignore,
    setDisplayMediaRequestHandler: ignore,
    setSpellCheckerEnabled: ignore,
  }
}

/** A child of Node's with Electron's way of speaking to its parent. */
function forkUtility(program: string, seen: Seen) {
  const child = fork(program, [], {
    execArgv: ['--require', join(import.meta.dirname, 'parent-port.cjs')],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (seen.output += text.toString()))
  ;(program.endsWith('engine-process.js') ? seen.engines : seen.tasks).push(child)
  const events = new EventEmitter()
  void once(child, 'exit').then(([code]) => events.emit('exit', code ?? 1))
  child.on('message', (message) => events.emit('message', message))
  return Object.assign(events, {
    // As with Electron, a message to a process that has ended is lost without an error.
    postMessage: (message: object) => child.connected && child.send(message, () => undefined),
    kill: () => child.kill(),
  })
}
