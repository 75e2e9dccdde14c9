import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'

/** Loads the page with answers of the engine that it can't draw. */
async function loadWith(page: Page, right: string, wrong: string): Promise<void> {
  await page.route('**/api/**', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replaceAll(right, wrong) })
  })
  await page.reload()
  await page.getByText('could not be drawn').waitFor()
}

describeApplication('a part of the window that can’t be drawn', (application) => {
  it('says so and what to do, leaves the others, and is drawn again on request', async () => {
    const page = await application().open()
    const noRecentStudies = ['[[[]]]]', '[[{}]]]'] as const
    await loadWith(page, ...noRecentStudies)
    const left = page.getByRole('complementary', { name: 'Studies and runs' })
    expect(await left.innerText()).toMatch(/^Studies and runs: could not be drawn[^]*Try again; if[^]*report/)
    expect(await page.getByText('could not be drawn').count()).toBe(1)
    await page.getByRole('button', { name: 'Open the sample study' }).waitFor()
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await left.getByRole('button', { name: 'Try again' }).click()
    await left.getByRole('tab', { name: 'Runs' }).waitFor()
    expect(await page.getByText('could not be drawn').count()).toBe(0)
    await page.context().close()
  }, 60_000)

  it('is the whole window where its frame fails, which loads anew', async () => {
    const page = await application().open()
    await loadWith(page, '"runs":', '"misnamed":')
    expect(await page.locator('#root').innerText()).toMatch(/^The window: could not be drawn/)
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.getByRole('button', { name: 'Load the page anew' }).click()
    await page.getByRole('tab', { name: 'Runs' }).waitFor()
    await page.context().close()
  }, 60_000)
})
