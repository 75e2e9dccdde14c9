import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

const chromiumPath = '/usr/bin/chromium'
const entry = join(import.meta.dirname, '../../out/main/radversary.js')

export const smallScreen = { width: 1280, height: 800 }
export const largeScreen = { width: 2560, height: 1440 }

/** The built application behind `radversary serve`, with a home of its own. */
export interface Application {
  readonly home: string
  /** Opens a page, comes in by the token, and waits until the application is seen. */
  open(options?: { readonly size?: { readonly width: number; readonly height: number }; readonly query?: string }): Promise<Page>
  /** What pages complained of since the last call: console errors and exceptions. */
  complaints(): string[]
  /** Kills the server as a crash would, and starts another on the same home. */
  crash(): Promise<void>
}

/** A group of tests in a real browser: skipped, saying so, where Chromium or the build is absent; a failure in CI. */
export function describeApplication(name: string, tests: (application: () => Application) => void): void {
  const missing = [chromiumPath, entry].filter((path) => !existsSync(path))
  const needs = `${name} (needs ${missing.join(' and ')}, which is not there; npm run build makes out/)`
  if (missing.length > 0 && process.env['CI'] === 'true') throw new Error(needs)
  describe.skipIf(missing.length > 0)(missing.length > 0 ? needs : name, () => {
    let running: Started
    beforeAll(async () => {
      running = await startApplication()
    }, 60_000)
    afterAll(() => running.end(), 30_000)
    tests(() => running)
  })
}

interface Started extends Application {
  end(): Promise<void>
}

async function startApplication(): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), 'radversary-e2e-'))
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

async function newPage(
  browser: Browser,
  viewport: { width: number; height: number },
  onComplaint: (text: string) => void,
): Promise<Page> {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') onComplaint(message.text())
  })
  page.on('pageerror', ({ message }) => {
    onComplaint(message)
  })
  return page
}

interface RunningServer {
  readonly process: ChildProcess
  /** With the token. */
  readonly url: string
}

async function startServer(home: string): Promise<RunningServer> {
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
