import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { addModel } from '../support/add-model.ts'
import { describeApplication } from '../support/application.ts'
import { browseTo } from '../support/open-dialog.ts'
import { keepScreenshot, pane, startAttack, untilRun } from '../support/viewports.ts'

const fixtures = join(import.meta.dirname, '../fixtures/exported')

/**
 * The folder of the walk in docs/python.md, where its pictures are made (images/ and what radversary_card.py
 * has written of it); else the fixture that was exported the same way.
 */
const walk = process.env['RADVERSARY_WALK']
const model = walk === undefined ? 'tiny' : 'nodules'

/** What a new user brings: a model as radversary_card.py writes it, and images in folders that are classes. */
function bring(home: string): void {
  const images = join(home, 'images')
  if (walk !== undefined) {
    cpSync(join(walk, 'images'), images, { recursive: true })
    cpSync(join(walk, model), join(home, model), { recursive: true })
    return
  }
  cpSync(fixtures, join(home, model), { recursive: true })
  for (const [index, file] of readdirSync(join(fixtures, 'reference'))
    .filter((name) => name.endsWith('.png'))
    .entries()) {
    const folder = join(images, ['normal', 'benign'][index] ?? 'malignant')
    mkdirSync(folder, { recursive: true })
    cpSync(join(fixtures, 'reference', file), join(folder, basename(file)))
  }
}

describeApplication('the walk of a new user', (application) => {
  let page: Page
  beforeAll(async () => {
    bring(application().home)
    page = await application().open()
  }, 60_000)

  it('a folder of pictures opens, and says what was assumed and which labels were found', async () => {
    const dialog = await browseTo(page, join(application().home, 'images'))
    await dialog.getByRole('button', { name: 'normal' }).waitFor()
    await dialog.getByRole('button', { name: 'Open this folder' }).click()
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 60_000 })
    const note = page.getByRole('note', { name: 'What was assumed' })
    await expect.poll(() => note.innerText()).toMatch(/Labels of \d+ images were found/)
    await keepScreenshot(page, 'walk-open')
  }, 90_000)

  it('the exported model is taken, and found to be the one that was trained', async () => {
    await page.getByRole('tab', { name: 'Model' }).click()
    await addModel(page, join(application().home, model), `${model}.onnx`)
    const table = page.getByRole('table', { name: 'Model card' })
    await table.getByText(/This is the model that was trained/).waitFor({ timeout: 60_000 })
    await keepScreenshot(page, 'walk')
    await page.getByRole('button', { name: 'Predict the study' }).click()
    await page.getByTestId('prediction-strip').waitFor({ timeout: 90_000 })
  }, 180_000)

  it('it is attacked, and what was made is exported and read again', async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    await startAttack(page)
    await untilRun(page, 'done')
    await keepScreenshot(page, 'walk-attack')
    await page.getByRole('tab', { name: 'Export' }).click()
    await page.getByLabel('Export to this new or empty folder').fill(join(application().home, 'adversarial'))
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByTestId('exported').waitFor({ timeout: 120_000 })
    await page.getByRole('button', { name: 'Verify the run’s files' }).click()
    await page.getByTestId('verified').waitFor({ timeout: 120_000 })
    expect(await page.getByTestId('verified').innerText()).toContain('are as the record says')
    await keepScreenshot(page, 'walk-export')
    expect(application().complaints()).toEqual([])
  }, 300_000)
})
