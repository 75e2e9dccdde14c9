import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'

export const chromiumPath = '/usr/bin/chromium'
const entry = join(import.meta.dirname, '../../out/main/radversary.js')

/** What must be there, and isn't. */
export function missingForApplication(): string[] {
  return [chromiumPath, entry].filter((path) => !existsSync(path))
}

export const smallScreen = { width: 1280, height: 800 }
export const largeScreen = { width: 2560, height: 1440 }

/** The built application behind `radversary serve`, with a home of its own. */
export interface Application {
  readonly home: string
  /** Opens a page, comes in by the token, and waits until the application is seen. */
  open(options?: {
    readonly size?: { readonly width: number; readonly height: number }
    readonly query?: string
  }): Promise<Page>
  /** What pages complained of since the last call: console errors and exceptions. */
  complaints(): string[]
  /** Kills the server as a crash would, and starts another on the same home. */
  crash(): Promise<void>
}

/** An application that whoever started it must end. */
export interface StartedApplication extends Application {
  end(): Promise<void>
}

/** A browser, and the server that its pages talk to. */
export async function startApplication(): Promise<StartedApplication> {
  const home = mkdtempSync(join(tmpdir(), 'radversary-e2e-'))
  beginEmpty(home)
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-background-networking'],
  })
  let server = await startServer(home)
  let complaints: string[] = []
  return {
    home,
    open: async ({ size = smallScreen, query = '' } = {}) => {
      const page = await newPage(browser, size, (complaint) => complaints.push(complaint))
      await page.goto(server.url)
      if (query !== '') await page.goto(new URL(`/?${query}`, server.url).href)
      await page.getByTestId('device').waitFor()
      return page
    },
    complaints: () => {
      const told = complaints
      complaints = []
      return told
    },
    crash: async () => {
      await stop(server.process, 'SIGKILL')
      server = await startServer(home)
    },
    end: async () => {
      await browser.close()
      await stop(server.process, 'SIGTERM')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Every page of a test begins anew, whatever the one before has left; a test of that sets it otherwise. */
function beginEmpty(home: string): void {
  const settings = { schema: 'radversary/settings/1', restoreSession: false }
  writeFileSync(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 })
}

async function newPage(
  browser: Browser,
  viewport: { width: number; height: number },
  onComplaint: (text: string) => void,
): Promise<Page> {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' })
  const page = await context.newPage()
  // Before the test itself is over time, so that it is known what was waited for.
  page.setDefaultTimeout(20_000)
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') onComplaint(message.text())
  })
  page.on('pageerror', ({ message }) => {
    onComplaint(message)
  })
  return page
}

export interface RunningServer {
  readonly process: ChildProcess
  /** With the token. */
  readonly url: string
}

/** Starts `radversary serve`, built, on a free port. */
export async function startServer(home: string): Promise<RunningServer> {
  const server = spawn(process.execPath, [entry, 'serve', '--port', '0'], {
    env: { ...process.env, RADVERSARY_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const url = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(output)
      if (found !== null) resolve(found[0])
    }
    server.stdout.on('data', hear)
    server.stderr.on('data', hear)
    server.on('exit', (code) => {
      reject(new Error(`radversary serve ended with ${String(code)}: ${output}`))
    })
  })
  return { process: server, url: await url }
}

async function stop(server: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill(signal)
  await ended
}
