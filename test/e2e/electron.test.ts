import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { electronBinary, hasDisplay } from '../../scripts/setup/electron-binary.mjs'
import { pane, untilRun } from '../support/viewports.ts'

const binary = electronBinary()
/** Chromium's sandbox is not for root. */
const canStart = binary !== undefined && hasDisplay() && process.getuid?.() !== 0

describe.skipIf(!canStart)('in Electron (needs its binary, a display and a user other than root)', () => {
  const home = mkdtempSync(join(tmpdir(), 'radversary-electron-'))
  let application: ElectronApplication
  let page: Page
  beforeAll(async () => {
    const env = { ...(process.env as Record<string, string>), RADVERSARY_HOME: home }
    application = await _electron.launch({ executablePath: binary ?? '', args: ['.'], env })
    page = await application.firstWindow()
    await page.getByTestId('device').waitFor()
  }, 60_000)
  afterAll(async () => {
    await application.close()
    rmSync(home, { recursive: true, force: true })
  })

  it('the page has no Node, and nothing outside the engine answers it', async () => {
    expect(await page.evaluate(() => 'require' in globalThis || 'process' in globalThis)).toBe(false)
    const fetched = page.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => 'answered',
        () => 'blocked',
      ),
    )
    expect(await fetched).toBe('blocked')
  })

  it('the sample is attacked to its end, in four linked viewports', async () => {
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).click()
    await pane(page, 3).waitFor()
    await untilRun(page, 'done')
    expect(await page.getByTestId('metrics').innerText()).toMatch(/\d+ of 28/)
  }, 240_000)
})
