import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeApplication, type Application } from '../support/application.ts'
import { drag, pane, pointIn, startAttack, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

/** A page that writes down what the content security policy refuses, from its first moment. */
async function watchedPage(application: Application): Promise<Page> {
  const page = await application.open()
  await page.addInitScript(() => {
    const refused: string[] = []
    Object.assign(window, { refused })
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, sample: text }) => {
      refused.push(`${effectiveDirective}: ${text}`)
    })
  })
  await page.goto(new URL(`/?${new URLSearchParams({ study: sample }).toString()}`, page.url()).href)
  await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  return page
}

const refusals = (page: Page) => page.evaluate(() => (window as unknown as { refused: string[] }).refused)

async function useViewer(page: Page): Promise<void> {
  await pane(page, 0).focus()
  for (const tool of ['m', 'e', 't', 'g']) {
    await page.keyboard.press(tool)
    await drag(page, await pointIn(pane(page, 0), 0.4, 0.4), await pointIn(pane(page, 0), 0.6, 0.6))
  }
  await page.keyboard.press('o')
  await page.getByTestId('legend').waitFor({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Invert' }).hover()
  await page.getByRole('tooltip').waitFor()
}

async function runAttack(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Attack' }).click()
  await page.getByText('This slice').click()
  await startAttack(page)
  await untilRun(page, 'done')
  await page.getByTestId('chart').first().hover()
  for (const format of ['SVG', 'PNG']) {
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: format }).first().click()
    await saved
  }
}

async function openMenusAndDialogs(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Runs' }).click()
  await page.getByRole('button', { name: /What to do with/ }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Keep' }).click()
  for (const name of ['Keyboard shortcuts', 'About Radversary', 'Open…']) {
    await page.getByRole('button', { name }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  }
}

describeApplication('the policy on styles', (application) => {
  it('allows style sheets of our own alone, and nothing of the application needs more', async () => {
    const page = await watchedPage(application())
    await useViewer(page)
    await runAttack(page)
    await openMenusAndDialogs(page)
    expect(await refusals(page)).toEqual([])
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 120_000)

  it('refuses a style element and a style attribute in markup', async () => {
    const page = await watchedPage(application())
    await page.evaluate(() => {
      document.head.append(
        Object.assign(document.createElement('style'), { textContent: 'body { color: red }' }),
      )
      document.body.insertAdjacentHTML('beforeend', '<p style="color: red"></p>')
    })
    // By the response's policy, and by the page's own.
    const directives = async () => new Set((await refusals(page)).map((text) => text.split(':')[0]))
    await expect.poll(directives).toEqual(new Set(['style-src-attr', 'style-src-elem']))
    await page.context().close()
    application().complaints()
  }, 60_000)
})
