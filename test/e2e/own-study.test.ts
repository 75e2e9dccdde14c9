import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { pickModel } from '../support/add-model.ts'
import { describeApplication } from '../support/application.ts'
import { browseTo } from '../support/open-dialog.ts'
import { pane, viewportTexts } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('a folder of one’s own, with broken files among good ones', (application) => {
  let page: Page
  let folder: string
  beforeAll(async () => {
    folder = join(application().home, 'own')
    mkdirSync(folder)
    for (const name of ['01.dcm', '02.dcm', '03.dcm']) copyFileSync(join(sample, name), join(folder, name))
    writeFileSync(join(folder, 'cut-short.dcm'), readFileSync(join(sample, '04.dcm')).subarray(0, 700))
    writeFileSync(join(folder, 'notes.txt'), 'no image')
    page = await application().open()
  })

  it('is found with the folder browser and opened', { retry: 2, timeout: 90_000 }, async () => {
    const dialog = await browseTo(page, application().home)
    await dialog.getByRole('button', { name: 'own' }).click()
    await dialog.getByRole('button', { name: '01.dcm' }).waitFor()
    await dialog.getByRole('button', { name: 'Open this folder' }).click()
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await expect.poll(async () => (await viewportTexts(page))[0]?.slice).toBe('2 / 3')
  })

  it('lists what could not be read, with the reason, above the series', async () => {
    const button = page.getByRole('button', { name: '1 file could not be read' })
    const firstSeries = page
      .getByRole('complementary', { name: 'Studies and runs' })
      .locator('[aria-pressed]')
      .first()
    expect((await button.boundingBox())!.y).toBeLessThan((await firstSeries.boundingBox())!.y)
    await button.click()
    const failures = page.getByTestId('failures')
    expect(await failures.innerText()).toContain('cut-short.dcm')
    expect(await failures.innerText()).toMatch(/expected/)
    await page.keyboard.press('Escape')
  })

  it('shows every tag of an image and finds one by number, keyword or value', async () => {
    await pane(page, 0).focus()
    await page.keyboard.press('d')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Search tag, keyword or value').fill('00080060')
    await expect.poll(() => dialog.locator('tbody tr').count()).toBe(1)
    expect(await dialog.locator('tbody tr').innerText()).toContain('CT')
    await page.keyboard.press('Escape')
  })

  it('says what is wrong with a folder that is not there, and what to do', async () => {
    await page.keyboard.press('Control+o')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Folder', { exact: true }).fill(join(folder, 'nowhere'))
    await dialog.getByRole('button', { name: 'Go' }).click()
    const alert = dialog.getByRole('alert')
    await alert.waitFor()
    expect(await alert.innerText()).toContain('nowhere')
    expect(await alert.innerText()).not.toMatch(/\bat .*\.[jt]s/)
    await page.keyboard.press('Escape')
  })

  it('keeps a path that is typed while the folder before it is still being listed', async () => {
    const fresh = await application().open()
    await fresh.route(/files\.list/, async (route) => {
      await sleep(1000)
      await route.continue()
    })
    await fresh.keyboard.press('Control+o')
    const dialog = fresh.getByRole('dialog')
    await dialog.getByLabel('Folder', { exact: true }).fill('typed')
    await dialog.getByTestId('files').locator('button, p').first().waitFor()
    expect(await dialog.getByLabel('Folder', { exact: true }).inputValue()).toBe('typed')
    await fresh.unrouteAll({ behavior: 'wait' })
    await fresh.context().close()
  })

  it('says field by field what a model without a card lacks', async () => {
    const model = join(application().home, 'cardless')
    mkdirSync(model)
    copyFileSync(join(sample, '../model/phantom-thorax.onnx'), join(model, 'cardless.onnx'))
    await page.getByRole('tab', { name: 'Model' }).click()
    await pickModel(page, model, 'cardless.onnx')
    await page.getByLabel(/^What becomes 0 and 1 ?needed/).waitFor()
    await page.getByLabel(/^Fit into the frame ?needed/).waitFor()
    expect(await page.getByRole('button', { name: 'Add', exact: true }).isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  it('says so where a folder holds no image', async () => {
    const empty = join(application().home, 'empty')
    mkdirSync(empty)
    const dialog = await browseTo(page, empty)
    await dialog.getByText('Nothing in this folder').waitFor()
    await dialog.getByRole('button', { name: 'Open this folder' }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor({ timeout: 20_000 })
    expect(await alert.innerText()).toContain('expected at least one DICOM image')
    await alert.getByRole('button', { name: 'Dismiss' }).click()
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  })

  it('shows the files that are there now, when it is opened again', async () => {
    const number = async () => {
      const tags = page.getByRole('dialog')
      await pane(page, 0).focus()
      await page.keyboard.press('d')
      await tags.getByLabel('Search tag, keyword or value').fill('InstanceNumber')
      const row = await tags.locator('tbody tr').innerText()
      await page.keyboard.press('Escape')
      await expect.poll(() => tags.count()).toBe(0)
      return Number(/\d+\s*$/.exec(row)?.[0])
    }
    await expect.poll(number).toBe(2)
    // The same places mean other images then.
    rmSync(join(folder, '01.dcm'))
    copyFileSync(join(sample, '04.dcm'), join(folder, '04.dcm'))
    await page.keyboard.press('Control+o')
    const dialog = page.getByRole('dialog')
    await dialog.getByTestId('files').locator('button, p').first().waitFor()
    await dialog.getByLabel('Folder', { exact: true }).fill(folder)
    await dialog.getByRole('button', { name: 'Go' }).click()
    await dialog.getByRole('button', { name: '04.dcm' }).waitFor()
    await dialog.getByRole('button', { name: 'Open this folder' }).click()
    await expect.poll(() => dialog.count()).toBe(0)
    await expect.poll(number, { timeout: 10_000 }).toBe(3)
  })

  it('is closed and found again among those opened recently', async () => {
    await page.getByRole('button', { name: 'Close own' }).click()
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).waitFor()
    await page.getByRole('button', { name: 'own', exact: true }).click()
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  })
})
