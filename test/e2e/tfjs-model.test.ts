import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { addModel } from '../support/add-model.ts'
import { describeApplication } from '../support/application.ts'
import { layers, saved, sequential, withWeights } from '../support/tfjs-models.ts'
import { startAttack, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('a TensorFlow.js model in the application', (application) => {
  let page: Page
  let folder: string
  beforeAll(async () => {
    folder = join(application().home, 'tfjs')
    await writeModel(folder)
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await page.locator('[data-shown]').first().waitFor({ timeout: 30_000 })
  }, 60_000)

  it('is added by its model.json and says that it was converted', async () => {
    await page.getByRole('tab', { name: 'Model' }).click()
    await addModel(page, folder, 'model.json')
    const table = page.getByRole('table', { name: 'Model card' })
    await table.getByText('TensorFlow.js model: converted to ONNX').waitFor({ timeout: 30_000 })
    expect(await table.innerText()).toContain('NHWC')
  })

  it('is attacked like any other', async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByText('This slice').click()
    await startAttack(page)
    await untilRun(page, 'done')
    expect(application().complaints()).toEqual([])
  }, 120_000)
})

/** A network for the sample's lungs with seeded weights, as Keras would leave it. */
async function writeModel(to: string): Promise<void> {
  const stem = layers.conv2d({
    inputShape: [64, 64, 1],
    filters: 4,
    kernelSize: 3,
    strides: 2,
    activation: 'relu',
  })
  const head = [layers.globalAveragePooling2d({}), layers.dense({ units: 3, activation: 'softmax' })]
  const { json, shard } = await saved(withWeights(sequential({ layers: [stem, ...head] })))
  const card = {
    name: 'keras-lungs',
    input: { layout: 'NHWC', size: [64, 64], channels: 1 },
    intensity: { kind: 'hu-window', center: -600, width: 1500 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear-antialiased',
    mean: [0.5],
    std: [0.25],
    output: { classes: ['no lesion', 'solid nodule', 'ground-glass opacity'] },
  }
  mkdirSync(to)
  writeFileSync(join(to, 'model.json'), json)
  writeFileSync(join(to, 'weights.bin'), shard)
  writeFileSync(join(to, 'card.json'), JSON.stringify(card))
}
