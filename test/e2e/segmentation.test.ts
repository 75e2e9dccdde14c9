import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { colouredPixels, keepScreenshot, pane, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('a segmentation model, from its areas to its masks over the images', (application) => {
  let page: Page
  beforeAll(async () => {
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await page.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'phantom-thorax-lungs' }).click()
  }, 60_000)

  it(
    'tells how much of an image each class takes, instead of probabilities',
    { timeout: 120_000 },
    async () => {
      await page.getByRole('button', { name: 'Predict the study' }).click()
      const areas = page.getByTestId('areas')
      await areas.waitFor({ timeout: 90_000 })
      const [, background, lung] = (await areas.locator('tr').allInnerTexts()).map((text) =>
        text.split(/\s*\t\s*/),
      )
      expect([background![0], lung![0]].map((text) => text!.trim())).toEqual(['background', 'lung'])
      expect(Number(background![1]) + Number(lung![1])).toBe(512 * 512)
      expect(Number(lung![1])).toBeGreaterThan(10_000)
    },
  )

  it(
    'takes the masks beside the study, a criterion and a loss, and is attacked',
    { timeout: 300_000 },
    async () => {
      await page.getByRole('tab', { name: 'Attack' }).click()
      await expect
        .poll(() => page.getByLabel('Masks: folder of PNG, or DICOM SEG').inputValue())
        .toContain('masks')
      await page.getByLabel('Masks: folder of PNG, or DICOM SEG').fill('')
      await page.getByRole('button', { name: 'Browse…' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Folder', { exact: true }).fill(join(sample, '../masks'))
      await dialog.getByRole('button', { name: 'Go' }).click()
      await dialog.getByRole('button', { name: '.png' }).first().waitFor()
      await dialog.getByRole('button', { name: 'Open this folder' }).click()
      await expect
        .poll(() => page.getByLabel('Masks: folder of PNG, or DICOM SEG').inputValue())
        .toMatch(/masks$/)
      await page.getByLabel('Fooled when').fill('iou<0.9')
      await page.getByRole('combobox', { name: 'Loss' }).selectOption('dice')
      await page.getByText('This slice').click()
      await page.getByRole('button', { name: 'Start the attack' }).click()
      await untilRun(page, 'done')
      const rows = page.getByTestId('segments').locator('tbody tr')
      await rows.first().waitFor()
      const [name, dice] = (await rows.first().innerText()).split('\t')
      const [before, after] = dice!.split(' → ').map(Number)
      expect(name).toBe('lung')
      expect(before).toBeGreaterThan(0.9)
      expect(after).toBeLessThan(before!)
    },
  )

  it('shows masks with a legend: outlines over the original, areas over what the attack made, until they are switched off', async () => {
    await page.getByTestId('mask-legend').first().waitFor()
    expect(await page.getByTestId('mask-legend').first().innerText()).toContain('lung')
    const coloured = () => Promise.all([colouredPixels(pane(page, 0)), colouredPixels(pane(page, 1))])
    await expect.poll(async () => (await coloured())[1]).toBeGreaterThan(1000)
    const [outline, area] = await coloured()
    expect(outline).toBeGreaterThan(100)
    expect(area).toBeGreaterThan(3 * outline)
    await keepScreenshot(page, 'masks')
    await pane(page, 0).focus()
    await page.keyboard.press('o')
    await expect.poll(coloured).toEqual([0, 0])
    expect(await page.getByTestId('mask-legend').count()).toBe(0)
  })
})
