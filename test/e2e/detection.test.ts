import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { colouredPixels, keepScreenshot, pane, startAttack, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('a detector’s boxes', (application) => {
  let page: Page
  beforeAll(async () => {
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await page.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'phantom-thorax-detection' }).click()
  }, 60_000)

  it('lists the boxes of an image, instead of probabilities', { timeout: 120_000 }, async () => {
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
  })

  it('are attacked in one image, also where none is labelled', { timeout: 120_000 }, async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    await expect.poll(() => page.getByLabel('Labels file').inputValue()).toMatch(/boxes\.csv$/)
    await page.getByText('This slice').click()
    expect(await page.getByLabel('Fooled when').count()).toBe(0)
    await page.getByLabel('Goal').selectOption('false-positives')
    expect(await page.getByLabel('Fooled when').getAttribute('placeholder')).toBe('boxes>=1')
    await page.getByLabel('Goal').selectOption('')
    await page.getByRole('textbox', { name: 'Steps' }).fill('3')
    await startAttack(page)
    await untilRun(page, 'done')
    await expect.poll(() => page.getByTestId('slices').locator('tbody tr').count()).toBe(1)
  })

  it('lie over the images: the annotated ones, those before the attack and, over what it made, those after it', async () => {
    const legend = (index: number) => pane(page, index).getByTestId('box-legend').innerText()
    await pane(page, 1).getByTestId('box-legend').waitFor()
    expect(await legend(0)).toMatch(/annotated: \d+\s+in the original: \d+$/)
    expect(await legend(1)).toMatch(/annotated: \d+\s+in the original: \d+\s+after the attack: \d+$/)
    await expect.poll(() => colouredPixels(pane(page, 1))).toBeGreaterThan(100)
    await pane(page, 0).focus()
    await page.keyboard.press('o')
    await expect.poll(() => colouredPixels(pane(page, 1))).toBe(0)
    await page.keyboard.press('o')
  })

  it(
    'are counted before and after, slice by slice and over all, and each says what became of it',
    { timeout: 120_000 },
    async () => {
      await page.getByRole('button', { name: 'Stop following' }).click()
      await pane(page, 0).focus()
      await page.keyboard.press('End')
      await page.getByRole('tab', { name: 'Attack' }).click()
      await page.getByText('This slice').click()
      await page.getByRole('combobox', { name: 'Goal' }).selectOption('vanish')
      await page.getByLabel('Budget', { exact: true }).fill('16/255')
      await page.getByRole('textbox', { name: 'Steps' }).fill('20')
      await startAttack(page)
      await untilRun(page, 'done')
      const head = await page.getByTestId('slices').locator('th').allInnerTexts()
      expect(head.map((text) => text.replace(/ [↑↓]$/, ''))).toEqual([
        ...['Slice', 'Fooled', 'Found', 'Best score', 'False', 'Max Δ', 'PSNR', 'SSIM'],
      ])
      const [found = '', best, wrong] = (
        await page.getByTestId('slices').locator('tbody td').allInnerTexts()
      ).slice(2)
      expect(found).toMatch(/^\d → \d of 3$/)
      const [before = NaN, after = NaN] = found.match(/\d/g)!.map(Number)
      expect(before).toBeGreaterThan(after)
      expect(best).toMatch(/^\d+ % → \d+ %$/)
      const metrics = async () => (await page.getByTestId('metrics').innerText()).replace(/\s+/g, ' ')
      await expect.poll(metrics).toMatch(/mAP@0\.5 \d\.\d{3} → \d\.\d{3}/)
      expect(await metrics()).toContain(
        `${(before / 3).toFixed(3)} → ${(after / 3).toFixed(3)} of 3 labelled boxes`,
      )
      expect(await page.getByTestId('detections').locator('tbody tr').count()).toBe(2)
      const fates = (await page.getByTestId('fates').locator('tbody tr').allInnerTexts()).map((text) =>
        text.split('\t').at(-1),
      )
      expect(fates.filter((fate) => fate === 'lost' || fate === 'kept')).toHaveLength(before)
      expect(fates.filter((fate) => fate === 'false after')).toHaveLength(Number(wrong!.split(' → ')[1]))
      await keepScreenshot(page, 'boxes')
    },
  )
})
