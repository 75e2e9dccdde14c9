import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { writeSeries } from '../support/small-study.ts'
import { pane, untilRun } from '../support/viewports.ts'

describeApplication('a model of HU and a series that has none', (application) => {
  let page: Page
  const question = () => page.getByTestId('intensity-question')
  beforeAll(async () => {
    const study = join(application().home, 'mr')
    writeSeries(study, 2, { rows: 64, columns: 64, modality: 'MR', rescale: undefined })
    page = await application().open({ query: `study=${encodeURIComponent(study)}` })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  }, 90_000)

  it('are not predicted before the reason was read and confirmed', async () => {
    await page.getByRole('tab', { name: 'Model' }).click()
    await page.getByRole('button', { name: 'Predict the study' }).click()
    await question().waitFor()
    expect(await question().innerText()).toContain("window is in HU, but this series' values are in US")
    await question().getByRole('button', { name: 'Cancel' }).click()
    await question().waitFor({ state: 'detached' })
    expect(await page.getByTestId('prediction-strip').count()).toBe(0)
  })

  it('are attacked only where that is confirmed, and the results say so', { timeout: 120_000 }, async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    const start = page.getByRole('button', { name: 'Start the attack' })
    await start.click()
    await question().waitFor()
    await question().getByRole('button', { name: 'Cancel' }).click()
    await question().waitFor({ state: 'detached' })
    expect(await page.getByTestId('run-state').count()).toBe(0)
    await start.click()
    await question().getByRole('button', { name: 'Apply it all the same' }).click()
    await untilRun(page, 'done')
    const results = page.getByRole('tabpanel', { name: 'Results' })
    await expect.poll(() => results.innerText()).toContain('It was applied all the same')
  })
})
