import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium, type Browser, type Page, type Route } from 'playwright-core'
import { sendResponse, webRequest } from '../../../src/serve/http-bridge.ts'
import { chromiumPath } from '../start-application.ts'
import type { StandInSession } from './stand-in.ts'

const scheme = 'app'
const pageOrigin = `${scheme}://radversary`

type Handler = (request: Request) => Promise<Response>

/** Chromium outside Electron knows no scheme of ours: a port of this machine stands for app://radversary. */
export async function startWindowServer() {
  let handler: Handler | undefined
  const server = createServer((message, reply) => {
    const answer = async () => {
      const request = await webRequest(message, reply, pageOrigin)
      await sendResponse((await handler?.(request)) ?? new Response(null, { status: 404 }), reply)
    }
    answer().catch(() => reply.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    answerWith: (given: Handler | undefined) => (handler = given),
    /** The address in Chromium of a page of the application, and back. */
    outside: (url: string) => url.replace(pageOrigin, origin),
    inside: (url: string) => url.replace(origin, pageOrigin),
    end: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Surroundings {
  readonly app: EventEmitter
  readonly server: Awaited<ReturnType<typeof startWindowServer>>
  readonly session: StandInSession
  readonly handlers: ReadonlyMap<string, (event: unknown, ...given: unknown[]) => unknown>
}

interface WindowOptions {
  readonly width: number
  readonly height: number
  readonly webPreferences: { readonly preload: string; readonly partition: string }
}

/**
 * What runs in Chromium in place of Electron's sandboxed preload: its `electron`, in front of the program.
 */
function preloadScript(preload: string): string {
  return `(() => {
    if (window !== window.top) return
    const listeners = new Map()
    const ofChannel = (channel) => listeners.get(channel) ?? listeners.set(channel, new Set()).get(channel)
    window.hearMain = (channel, given) => ofChannel(channel).forEach((listener) => listener({}, ...given))
    const ipcRenderer = {
      invoke: (channel, ...given) => window.invokeMain(channel, given),
      on: (channel, listener) => ofChannel(channel).add(listener),
      off: (channel, listener) => ofChannel(channel).delete(listener),
    }
    const contextBridge = { exposeInMainWorld: (name, api) => { window[name] = api } }
    const webUtils = { getPathForFile: () => '' }
    const program = (require, process) => { ${readFileSync(preload, 'utf8')}
    }
    const versions = { electron: 'stand-in', chrome: 'stand-in', node: 'stand-in' }
    program(() => ({ contextBridge, ipcRenderer, webUtils }), { versions })
  })()`
}

/** Stands in for BrowserWindow: one page of a Chromium of its own. */
export class StandInWindow extends EventEmitter {
  readonly webContents = Object.assign(new EventEmitter(), {
    send: (channel: string, ...given: unknown[]) => void this.#tell(channel, given),
    setWindowOpenHandler: (handler: (details: { url: string }) => { action: string }) => {
      this.#mayOpen = (url) => handler({ url }).action !== 'deny'
    },
  })
  isShown = false
  #mayOpen: (url: string) => boolean = () => true
  #page: Page | undefined
  #browser: Browser | undefined

  constructor(
    readonly options: WindowOptions,
    readonly surroundings: Surroundings,
  ) {
    super()
  }

  /** The page in Chromium, once it is loaded. */
  get page(): Page {
    if (this.#page === undefined) throw new Error('the window has loaded nothing')
    return this.#page
  }

  async loadURL(url: string): Promise<void> {
    const { server, session } = this.surroundings
    const { width, height } = this.options
    server.answerWith(session.schemes.get(scheme))
    this.#browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
    const page = await this.#browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' })
    this.#page = page
    await page.addInitScript(preloadScript(this.options.webPreferences.preload))
    await page.exposeBinding('invokeMain', ({ frame }, channel: string, given: unknown[]) => {
      const senderFrame = { url: server.inside(frame.url()), parent: frame.parentFrame() }
      return this.surroundings.handlers.get(channel)?.({ senderFrame }, ...given)
    })
    await page.route('**/*', (route) => this.#letThrough(route))
    page.on('popup', (popup) => {
      if (!this.#mayOpen(popup.url())) void popup.close()
    })
    await page.goto(server.outside(url))
    this.emit('ready-to-show')
  }

  async #letThrough(route: Route): Promise<void> {
    const { server, session } = this.surroundings
    const url = server.inside(route.request().url())
    let mayGo = await session.mayRequest(url)
    if (route.request().isNavigationRequest() && route.request().frame() === this.page.mainFrame()) {
      const event = { url, preventDefault: () => (mayGo = false) }
      this.webContents.emit('will-navigate', event)
      if (mayGo) this.webContents.emit('did-start-loading')
    }
    // As where an event was prevented: the page stays; another error would take its place.
    await (mayGo ? route.continue() : route.abort('aborted'))
  }

  async #tell(channel: string, given: unknown[]): Promise<void> {
    await this.#page?.evaluate(
      ([name, rest]) => {
        const { hearMain } = window as unknown as { hearMain: (channel: string, given: unknown) => void }
        hearMain(name, rest)
      },
      [channel, given] as const,
    )
  }

  show(): void {
    this.isShown = true
  }
  isMaximized(): boolean {
    return false
  }
  getNormalBounds() {
    const { width, height } = this.options
    return { x: 10, y: 20, width, height }
  }

  /** As a user's click on the window's cross. */
  async close(): Promise<void> {
    this.emit('close')
    await this.end()
    this.surroundings.app.emit('window-all-closed')
  }

  async end(): Promise<void> {
    await this.#browser?.close()
  }
}
