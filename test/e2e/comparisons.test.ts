import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

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
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => card().count()).toBe(0)
  })

  describe('a robustness report', () => {
    const evaluated = () => page.getByTestId('evaluation')
    const job = () => page.getByTestId('job').filter({ hasText: 'quick' })
    beforeAll(async () => {
      const study = temporaryFolder('evaluated')
      for (const name of ['01.dcm', '10.dcm', 'labels.csv'])
        copyFileSync(join(sample, name), join(study, name))
      await page.goto(new URL(`/?${new URLSearchParams({ study }).toString()}`, page.url()).href)
      await page.locator('[data-shown]').first().waitFor({ timeout: 30_000 })
      await page.getByRole('tab', { name: 'Evaluate' }).click()
      await page.getByRole('button', { name: 'Evaluate a model…' }).click()
      await dialog().getByText('On 2 images of').waitFor()
    }, 60_000)

    it('is begun with a protocol and a budget, and goes on while the page is gone', async () => {
      await dialog().getByLabel('Protocol').selectOption('quick')
      await dialog().getByLabel('Budget').fill('eight')
      await dialog().getByText('expected a number').first().waitFor()
      await dialog().getByLabel('Budget').fill('4/255')
      await dialog().getByLabel('Subgroups').fill('label')
      await dialog().getByRole('button', { name: 'Start the evaluation' }).click()
      await evaluated()
        .getByText(/of 16 attacks on a slice|done/)
        .waitFor({ timeout: 60_000 })
      await page.reload()
      await page.getByRole('tab', { name: 'Evaluate' }).click()
      await evaluated().getByText('done', { exact: true }).waitFor({ timeout: 120_000 })
      expect(await job().count()).toBe(0)
    }, 200_000)

    it('says the command that makes it again', async () => {
      const copy = evaluated().getByRole('button', { name: 'Copy as command' })
      expect(await copy.getAttribute('title')).toMatch(/^radversary evaluate --study .* --protocol quick --epsilon 4\/255 --subgroups label --labels .*labels\.csv/) // prettier-ignore
    })

    it('is read in the window, with its figures', async () => {
      await evaluated().getByRole('button', { name: /quick/ }).first().click()
      const report = dialog().getByTestId('report')
      await report.getByRole('heading', { name: 'Robustness of phantom-thorax' }).waitFor()
      const isDrawn = (image: Element) => image instanceof HTMLImageElement && image.naturalWidth > 0
      await expect
        .poll(() => report.locator('figure img').first().evaluate(isDrawn), { timeout: 20_000 })
        .toBe(true)
      expect(application().complaints()).toEqual([])
    })
  })
})
