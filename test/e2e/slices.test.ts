import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { addModel } from '../support/add-model.ts'
import { describeApplication } from '../support/application.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'
import { pane, startAttack, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')
const input = { layout: 'NCHW', size: [12, 12], channels: 1, slices: { count: 3 } }

describeApplication('a model of neighbouring slices', (application) => {
  let page: Page
  beforeAll(async () => {
    const folder = join(application().home, 'slices')
    writeClassifier(folder, { channels: 3 }, { name: 'three-slices', input })
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByText('This slice').click()
    await page.getByLabel('Goal').selectOption('Towards solid nodule')
    await page.getByRole('tab', { name: 'Model' }).click()
    await addModel(page, folder, 'tiny.onnx')
    await page.getByRole('cell', { name: '3 neighbouring slices' }).waitFor({ timeout: 30_000 })
    await page.getByRole('tab', { name: 'Attack' }).click()
  }, 90_000)

  it('is offered methods that follow the gradient of all slices together, and no others', async () => {
    await page.getByRole('combobox', { name: 'Method' }).click()
    const offered = await page.getByRole('listbox', { name: 'Method' }).getByRole('option').allInnerTexts()
    expect(offered).toContain('SMIA')
    expect(offered).toContain('PGD (Linf)')
    expect(offered).not.toContain('Square (Linf)')
    await page.keyboard.press('Escape')
  })

  it('is attacked on the series where an image was chosen before, and not towards the class of another model', async () => {
    const scopes = page.getByRole('radiogroup', { name: 'Attack' })
    expect(await scopes.getByRole('radio').count()).toBe(2)
    expect(await scopes.getByLabel('This series').isChecked()).toBe(true)
    await page.getByLabel('Labels file').fill('')
    await startAttack(page)
    await untilRun(page, 'done')
    await expect.poll(() => page.getByTestId('slices').locator('tbody tr').count()).toBe(28)
    expect(application().complaints()).toEqual([])
  })

  it('is offered for a comparison, with the methods that suit it', async () => {
    await page.getByRole('tab', { name: 'Compare' }).click()
    await page.getByRole('button', { name: 'Compare methods…' }).click()
    await page.getByRole('combobox', { name: 'Models' }).press('ArrowDown')
    const offered = page.getByRole('listbox', { name: 'Models' }).getByRole('option')
    // The model that is worked with is ticked already.
    const ticked = offered.filter({ hasText: 'three-slices' })
    await expect.poll(() => ticked.getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'Methods' }).press('ArrowDown')
    const methods = page.getByRole('listbox', { name: 'Methods' }).getByRole('option')
    await expect.poll(() => methods.count()).toBeGreaterThan(0)
    expect(await methods.allInnerTexts()).toContain('SMIA')
    expect(await methods.allInnerTexts()).not.toContain('Square (Linf)')
  })
})
