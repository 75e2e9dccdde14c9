import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { seriousFindings } from '../support/axe.ts'
import { pane } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

/** The session that the engine has kept. */
function keptSession(home: string): unknown {
  try {
    return JSON.parse(readFileSync(join(home, 'session.json'), 'utf8'))
  } catch {
    return undefined
  }
}

async function openSettings(page: Page): Promise<void> {
  await page.keyboard.press('Control+,')
  await page.getByTestId('settings').waitFor()
}

describeApplication('settings, help, and what comes back after a restart', (application) => {
  let page: Page

  it('colours, text size and keys are set, and have no serious findings', async () => {
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await openSettings(page)
    await page.getByText('Light', { exact: true }).click()
    await page.getByText('Large', { exact: true }).click()
    const html = page.locator('html')
    await expect.poll(() => html.getAttribute('data-mantine-color-scheme')).toBe('light')
    await expect.poll(() => html.getAttribute('data-text-size')).toBe('large')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Change: Invert' }).click()
    await page.keyboard.press('r')
    await page.getByRole('alert').getByText('R is “Rotate by 90°” already').waitFor()
    await page.keyboard.press('j')
    await page.getByText('was I').waitFor()
    const restores = page.getByLabel('Begin with what was open')
    await restores.click()
    await expect.poll(() => restores.isChecked()).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await page.getByRole('button', { name: 'Invert' }).and(page.locator('[aria-keyshortcuts=J]')).waitFor()
    expect(await seriousFindings(page)).toEqual([])
  }, 60_000)

  it('F1 opens the page on what is shown; links and the search lead on', async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.keyboard.press('F1')
    const help = page.getByTestId('help')
    await help.getByRole('article', { name: 'Attacks' }).waitFor()
    await help.getByRole('searchbox').fill('double-click')
    await help
      .getByRole('button', { name: /The interface/ })
      .first()
      .click()
    await help.getByRole('heading', { name: 'Viewports' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
  }, 30_000)

  it('side panels are resized and hidden, by keys too', async () => {
    const left = page.locator('aside[data-side=left]')
    const widthOf = async () => Math.round((await left.boundingBox())?.width ?? 0)
    const before = await widthOf()
    await page.getByRole('separator', { name: 'Width of studies and runs' }).press('ArrowRight')
    await expect.poll(widthOf).toBe(before + 16)
    await pane(page, 0).focus()
    await page.keyboard.press(']')
    await page.getByRole('button', { name: 'Show the work' }).waitFor()
    expect(await page.getByRole('tab', { name: 'Model' }).count()).toBe(0)
    await page.keyboard.press(']')
    await page.getByRole('tab', { name: 'Model' }).waitFor()
  }, 30_000)

  it('a restart brings back study, slice, layout and step', async () => {
    await page.keyboard.press('Shift+Digit2')
    await page.keyboard.press('End')
    const wanted = { view: { layout: '1x2', step: 'attack' } }
    await expect.poll(() => keptSession(application().home)).toMatchObject(wanted)
    await application().crash()
    await page.getByTestId('lost').waitFor({ timeout: 20_000 })
    await page.context().close()
    // What axe and the lost connection have left.
    application().complaints()
    page = await application().open()
    await pane(page, 1).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await expect.poll(() => pane(page, 0).getByTestId('slice').innerText()).toContain('28')
    expect(await page.getByRole('tab', { name: 'Attack' }).getAttribute('aria-selected')).toBe('true')
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('light')
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 60_000)
})
