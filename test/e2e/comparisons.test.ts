import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('methods side by side', (application) => {
  let page: Page
  const dialog = () => page.getByRole('dialog')
  const start = () => dialog().getByRole('button', { name: 'Start the comparison' })
  const card = () => page.getByTestId('comparison')
  /** Takes an option of a list in, or out where it is in. */
  const choose = async (label: string, option: string) => {
    await dialog().getByLabel(label, { exact: true }).first().focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('option', { name: option, exact: true }).click()
    await page.keyboard.press('Tab')
  }
  beforeAll(async () => {
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await page.locator('[data-shown]').first().waitFor({ timeout: 30_000 })
    await page.getByRole('tab', { name: 'Compare' }).click()
  }, 60_000)

  it('the form knows the study, its labels and the models', async () => {
    await page.getByRole('button', { name: 'Compare methods…' }).click()
    await dialog().getByText('On 28 images of').waitFor()
    // The model that is worked with is ticked at first.
    await expect.poll(() => dialog().getByLabel('Labels').inputValue()).toMatch(/labels\.csv$/)
    await choose('Models', 'phantom-thorax')
    await dialog().getByText('Choose a model first.').waitFor()
    expect(await start().isDisabled()).toBe(true)
    await choose('Models', 'phantom-thorax-detection')
    await expect.poll(() => dialog().getByLabel('Labels').inputValue()).toMatch(/boxes\.csv$/)
    await choose('Methods', 'DAG')
    await choose('Models', 'phantom-thorax-detection')
    await choose('Models', 'phantom-thorax')
    await expect.poll(() => dialog().getByLabel('Labels').inputValue()).toMatch(/labels\.csv$/)
  })

  it('what was ticked for another model is not among what is compared', async () => {
    const isTicked = (title: string) => dialog().getByText(title, { exact: true }).isVisible()
    expect([await isTicked('FGSM'), await isTicked('DAG')]).toEqual([true, false])
    await choose('Models', 'phantom-thorax')
    await expect.poll(() => isTicked('DAG')).toBe(true)
    await choose('Models', 'phantom-thorax')
  })

  it('a budget without sense is said in the form, and nothing is begun', async () => {
    await dialog().getByLabel('Budgets of methods that bound every pixel').fill('eight')
    await dialog().getByText('eight: expected a number').first().waitFor()
    expect(await start().isDisabled()).toBe(true)
    await dialog().getByLabel('Budgets of methods that bound every pixel').fill('2/255 8')
    await dialog().getByText('8 is 800% of the intensity range').first().waitFor()
    expect(await start().isDisabled()).toBe(true)
    await dialog().getByLabel('Budgets of methods that bound every pixel').fill('2/255')
    expect(await card().count()).toBe(0)
  })

  it('asks for a goal, a region and settings, and refuses those of a method that is not compared', async () => {
    await dialog().getByText('The whole image may change').waitFor()
    await dialog().getByLabel('Goal').selectOption({ index: 1 })
    await dialog().getByLabel('Goal').selectOption('')
    await dialog().getByRole('button', { name: 'Advanced settings' }).click()
    await dialog().getByLabel('Stop at an image once it is fooled').waitFor()
    await dialog().getByLabel('Settings of methods').fill('apgd.steps=3')
    await dialog().getByRole('button', { name: 'Start the comparison' }).click()
    await dialog().getByText('of a compared method, got apgd.steps=3').waitFor()
    await dialog().getByLabel('Settings of methods').fill('')
    expect(await card().count()).toBe(0)
  })

  it('a comparison is cancelled, and goes on where it was', async () => {
    // What is left is quick enough for a test.
    for (const title of ['SMIA', 'PGD (Linf)']) await choose('Methods', title)
    await dialog().getByLabel('Budgets of methods that bound every pixel').fill('2/255 8/255')
    await dialog().getByRole('button', { name: 'Start the comparison' }).click()
    await card()
      .getByText(/[1-9]\d* of 112 attacks on a slice/)
      .waitFor({ timeout: 60_000 })
    await page.getByTestId('job').filter({ hasText: 'running' }).waitFor()
    await card().getByRole('button', { name: 'Cancel' }).click()
    await card().getByText('stopped', { exact: true }).waitFor()
    await card().getByRole('button', { name: 'Go on' }).click()
    await card().getByText('done', { exact: true }).waitFor({ timeout: 120_000 })
  }, 200_000)

  it('its result is a row for each method and budget, and curves over budgets', async () => {
    await card()
      .getByRole('button', { name: /2 methods/ })
      .click()
    const firstCells = async () => {
      const rows = await dialog().getByTestId('cells').locator('tbody tr').allInnerTexts()
      return rows.map((row) => row.split('\t').slice(0, 2).join(' '))
    }
    await expect.poll(firstCells).toEqual(['fgsm 2/255', 'fgsm 8/255', 'noise 2/255', 'noise 8/255'])
    await dialog().getByTestId('chart').first().locator('svg').waitFor()
    expect(application().complaints()).toEqual([])
  })

  it('is kept after a reload, and deleted when asked', async () => {
    await page.reload()
    await page.getByRole('tab', { name: 'Compare' }).click()
    await card().getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => card().count()).toBe(0)
  })
})
