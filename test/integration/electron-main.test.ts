import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenDialogOptions } from 'electron'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineNotice, RadversaryBridge } from '../../src/shared/bridge.ts'
import { createElectronStandIn } from '../support/electron/stand-in.ts'
import { missingForApplication } from '../support/start-application.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { pane, viewportTexts } from '../support/viewports.ts'

const application = join(import.meta.dirname, '../..')
const sample = join(application, 'resources/sample/study')
const missing = missingForApplication()
if (missing.length > 0 && process.env['CI'] === 'true') throw new Error(`Needs ${missing.join(' and ')}`)

declare const window: {
  readonly radversary: RadversaryBridge
  notices?: EngineNotice[]
}

const title = missing.length > 0 ? ` (needs ${missing.join(' and ')}; npm run build makes out/)` : ''

describe.skipIf(missing.length > 0)(`the built main process, with Electron’s part played${title}`, () => {
  const home = temporaryFolder('electron-main')
  const asked: OpenDialogOptions[] = []
  const { argv } = process
  let standIn: Awaited<ReturnType<typeof createElectronStandIn>>
  let page: Page

  beforeAll(async () => {
    standIn = await createElectronStandIn({
      application,
      userData: home,
      choose: (options) => {
        asked.push(options)
        return ['/a folder']
      },
    })
    vi.stubEnv('RADVERSARY_HOME', home)
    process.argv = ['electron', application, sample]
    vi.doMock('electron', () => standIn.electron)
    await import(join(application, 'out/main/index.js'))
    page = standIn.windows[0]!.page
    await page.getByTestId('device').waitFor()
  }, 60_000)
  afterAll(async () => {
    process.argv = argv
    vi.unstubAllEnvs()
    await standIn.end()
  }, 30_000)

  const engine = () => standIn.seen.engines.at(-1)!

  it('comes up sandboxed, with its own scheme and no network of Chromium’s', () => {
    const { isSandboxed, privileged, switches, menu } = standIn.seen
    expect({ isSandboxed, privileged }).toEqual({ isSandboxed: true, privileged: ['app'] })
    expect(switches).toContain('host-resolver-rules')
    expect(menu.length).toBeGreaterThan(1)
    expect(standIn.windows.map(({ isShown }) => isShown)).toEqual([true])
  })

  it('serves the page over app:// by the engine’s process, with the page’s headers', async () => {
    const own = standIn.electron.session.fromPartition('radversary').schemes.get('app')!
    const response = await own(new Request('app://radversary/'))
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await response.text()).toContain('<title>Radversary')
    expect(standIn.electron.session.defaultSession.schemes.size).toBe(0)
  })

  it('opens the study that was named when it was started, once the page listens', async () => {
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    expect((await viewportTexts(page))[0]!.slice).toMatch(/\d+ ?\/ ?28/)
  }, 40_000)

  it('answers the page’s bridge: versions, dialogs, the file manager', async () => {
    const answers = await page.evaluate(async () => ({
      versions: Object.keys(window.radversary.versions),
      chosen: await window.radversary.choose('study-folders'),
      none: await window.radversary.choose('nothing' as 'model'),
    }))
    expect(answers).toEqual({
      versions: ['electron', 'chromium', 'node'],
      chosen: ['/a folder'],
      none: [],
    })
    expect(asked.map(({ title }) => title)).toEqual(['Open a study'])
    await page.evaluate((path) => window.radversary.showInFolder(path), sample)
    await page.evaluate(() => window.radversary.showInFolder('relative'))
    expect(standIn.seen.shown).toEqual([sample])
  })

  it('answers no frame in the page and no other page', () => {
    const choose = standIn.handlers.get('choose')!
    for (const senderFrame of [
      { url: 'app://radversary/', parent: {} },
      { url: 'app://other/', parent: null },
      { url: 'https://evil.example/', parent: null },
      null,
    ])
      expect(() => choose({ senderFrame }, 'model')).toThrow('may not ask')
  })

  it('lets the page go nowhere else, by request, link or window', async () => {
    const reached = await page.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => 'answered',
        () => 'blocked',
      ),
    )
    expect(reached).toBe('blocked')
    const before = page.url()
    await page.evaluate(() => {
      location.assign('http://127.0.0.1:9/')
    })
    await page.evaluate(() => open('http://127.0.0.1:9/') === null)
    await expect.poll(() => page.context().pages().length).toBe(1)
    expect(page.url()).toBe(before)
  })

  it('opens no inspector on SIGUSR1 in the engine’s process', async () => {
    engine().kill('SIGUSR1')
    await page.waitForTimeout(500)
    expect(standIn.seen.output).not.toContain('Debugger')
    expect(engine().exitCode).toBeNull()
  })

  it('has processes for what runs a model, which end with the engine', async () => {
    await page.evaluate(async () => (await fetch('/api/device.list')).text())
    expect(standIn.seen.tasks.map(({ exitCode }) => exitCode)).toEqual([null])
  })

  it('starts the engine again when it is killed, tells the page, and answers as before', async () => {
    await page.evaluate(() => {
      const notices: EngineNotice[] = []
      window.notices = notices
      window.radversary.onEngine((notice) => notices.push(notice))
    })
    const first = engine()
    first.kill('SIGKILL')
    const states = () => page.evaluate(() => window.notices!.map(({ state }) => state))
    await expect.poll(states, { timeout: 20_000 }).toEqual(['crashed', 'restarted'])
    expect(engine().pid).not.toBe(first.pid)
    await expect.poll(() => standIn.seen.tasks[0]!.signalCode).toBe('SIGTERM')
    expect(await page.evaluate(async () => (await fetch('/api/settings.get')).status)).toBe(200)
    expect(standIn.seen.errorBoxes).toEqual([])
  }, 30_000)

  it('keeps the window’s place, ends the engine and quits when the window is closed', async () => {
    const ended = once(engine(), 'exit')
    await standIn.windows[0]!.close()
    await ended
    expect(standIn.seen.hasQuit).toBe(true)
    expect(standIn.seen.engines).toHaveLength(2)
    const state: unknown = JSON.parse(readFileSync(join(home, 'window-state.json'), 'utf8'))
    expect(state).toMatchObject({ bounds: { x: 10, y: 20 }, isMaximized: false })
    expect(existsSync(join(home, 'logs/engine.log'))).toBe(true)
  })
})
