import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { keepScreenshot, pane, startAttack, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('a detector’s boxes', (application) => {
  let page: Page
  beforeAll(async () => {
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await page.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'phantom-thorax-detection' }).click()
  }, 60_000)

  it('lists the boxes of a picture, instead of probabilities', { timeout: 120_000 }, async () => {
    await page.getByRole('button', { name: 'Predict the study' }).click()
    const boxes = page.getByTestId('boxes')
    await boxes.waitFor({ timeout: 90_000 })
    const rows = (await boxes.locator('tbody tr').allInnerTexts()).map((text) => text.split(/\s*\t\s*/))
    expect(rows.length).toBeGreaterThan(0)
    for (const [name, score, place] of rows) {
      expect(['solid nodule', 'ground-glass opacity']).toContain(name?.trim())
      expect(score).toMatch(/^\d+\.\d %$/)
      expect(place).toMatch(/^\d+, \d+ – \d+, \d+$/)
    }
    await keepScreenshot(page, 'boxes')
  })

  it('are attacked in one picture, also where none is labelled', { timeout: 120_000 }, async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    await expect.poll(() => page.getByLabel('Labels file').inputValue()).toMatch(/boxes\.csv$/)
    await page.getByText('This picture').click()
    await page.getByRole('textbox', { name: 'Steps' }).fill('3')
    await startAttack(page)
    await untilRun(page, 'done')
    await expect.poll(() => page.getByTestId('slices').locator('tbody tr').count()).toBe(1)
  })
})
