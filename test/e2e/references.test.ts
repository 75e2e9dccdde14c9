import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { addModel } from '../support/add-model.ts'
import { describeApplication } from '../support/application.ts'
import { pane } from '../support/viewports.ts'

const repository = join(import.meta.dirname, '../..')
const sample = join(repository, 'resources/sample/study')

describeApplication('a model with references', (application) => {
  let page: Page
  let folder = ''
  beforeAll(async () => {
    folder = join(application().home, 'referred')
    cpSync(join(repository, 'test/fixtures/references'), folder, { recursive: true })
    const card = JSON.parse(readFileSync(join(folder, 'hu.card.json'), 'utf8')) as object
    writeFileSync(join(folder, 'model.card.json'), JSON.stringify({ ...card, name: 'other', mean: [0.5] }))
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  }, 60_000)

  it('says in its card where it departs from them', { timeout: 60_000 }, async () => {
    await addModel(page, folder, 'model.onnx')
    const table = page.getByRole('table', { name: 'Model card' })
    await table.getByText(/This is not the model that was trained, as 2 of 2 references say/).waitFor()
    expect(await table.innerText()).toContain('departs after normalisation')
  })

  it('asks before it is run all the same', { timeout: 120_000 }, async () => {
    await page.getByRole('button', { name: 'Predict the study' }).click()
    const question = page.getByTestId('intensity-question')
    await question.getByText(/Reference 1 \(reference\/hu.npy\) departs/).waitFor()
    await page.getByRole('button', { name: 'Apply it all the same' }).click()
    await page.getByTestId('prediction-strip').waitFor({ timeout: 90_000 })
    expect(application().complaints()).toEqual([])
  })
})

describeApplication('a quantised model', (application) => {
  it('has a switch for gradients through its rounding', { timeout: 90_000 }, async () => {
    const folder = join(application().home, 'quantised')
    cpSync(join(repository, 'test/fixtures/quantised'), folder, { recursive: true })
    const card = {
      name: 'bytes',
      ...{ input: { layout: 'NCHW', size: [12, 12], channels: 1 }, fit: { kind: 'stretch' } },
      ...{ interpolation: 'bilinear', mean: [0], std: [1] },
      intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
      output: { activation: 'softmax', gives: 'logits', classes: ['a', 'b', 'c'] },
    }
    writeFileSync(join(folder, 'qdq.card.json'), JSON.stringify(card))
    const page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await addModel(page, folder, 'qdq.onnx')
    await page.getByRole('table', { name: 'Model card' }).getByText('a, b, c').waitFor({ timeout: 30_000 })
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByRole('button', { name: 'Advanced' }).click()
    await page.getByLabel('Gradients straight through the rounding of the quantised model').check()
    expect(application().complaints()).toEqual([])
  })
})
