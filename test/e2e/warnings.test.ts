import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { addModel } from '../../src/engine/models/model-store.ts'
import { describeApplication } from '../support/application.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'
import { pane, untilRun } from '../support/viewports.ts'

describeWithSharedData('what a run’s numbers don’t say', () => {
  describeApplication('a model whose gradient vanishes', (application) => {
    let page: Page
    beforeAll(async () => {
      const { home } = application()
      const model = sharedCase('saturated-softmax/x200.onnx')
      const card = join(home, 'saturated.card.json')
      // The sample's own model has the name that the case has.
      const text = readFileSync(sharedCase('saturated-softmax/x200.card.json'), 'utf8')
      writeFileSync(card, text.replace('phantom-thorax', 'saturated'))
      await addModel({ model, card, home })
      const study = encodeURIComponent(sharedCase('saturated-softmax/img.dcm'))
      page = await application().open({ query: `study=${study}` })
      await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    }, 90_000)

    it('is attacked, and the results warn of it with what to try', { timeout: 120_000 }, async () => {
      await page.getByRole('tab', { name: 'Model' }).click()
      await page.getByRole('combobox', { name: 'Model' }).click()
      await page.getByRole('option', { name: 'saturated' }).click()
      await page.getByRole('tab', { name: 'Attack' }).click()
      await page.getByRole('button', { name: 'Start the attack' }).click()
      await untilRun(page, 'done')
      const results = page.getByRole('tabpanel', { name: 'Results' })
      await expect.poll(() => results.innerText()).toMatch(/gradient/)
      expect(await results.innerText()).toContain('apgd-dlr')
    })
  })
})
