import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { addModel } from '../support/add-model.ts'
import { describeApplication } from '../support/application.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'
import { pane, startAttack, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')
const output = {
  activation: 'linear',
  value: 'bone age',
  unit: 'months',
  scale: 10,
  offset: 120,
  tolerance: 3,
}

describeApplication('a model of values', (application) => {
  let page: Page
  beforeAll(async () => {
    const folder = join(application().home, 'age')
    writeClassifier(folder, { activation: 'binary-sigmoid' }, { name: 'age', task: 'regression', output })
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  }, 60_000)

  it('is added, and its card says the value and the unit', async () => {
    await addModel(page, join(application().home, 'age'), 'tiny.onnx')
    const table = page.getByRole('table', { name: 'Model card' })
    await table.getByText('bone age, months').waitFor({ timeout: 30_000 })
  })

  it('predicts every slice in its unit, without a confidence', { timeout: 120_000 }, async () => {
    await page.getByRole('button', { name: 'Predict the study' }).click()
    const strip = page.getByTestId('prediction-strip')
    await strip.waitFor({ timeout: 90_000 })
    expect(await strip.innerText()).toMatch(/[\d.]+ months\n+bone age, [\d.]+ months – [\d.]+ months/)
    expect(await strip.innerText()).not.toContain('%')
  })

  it('is attacked towards a value', { timeout: 120_000 }, async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByText('This slice').click()
    await page.getByLabel('Goal: bone age in months').fill('90')
    // Those of the sample are classes.
    await page.getByLabel('Labels file').fill('')
    await page.getByLabel('Fooled when').fill('within 500')
    await startAttack(page)
    await untilRun(page, 'done')
    const row = page.getByTestId('slices').locator('tbody tr')
    await expect.poll(() => row.count()).toBe(1)
    expect((await row.innerText()).match(/[\d.]+ months/g)).toHaveLength(3)
    expect(application().complaints()).toEqual([])
  })
})
