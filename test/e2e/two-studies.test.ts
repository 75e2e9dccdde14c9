import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { pane, startAttack, untilRun, viewportTexts } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('a second study beside one that was attacked', (application) => {
  it('viewports that have no image of it show none of the other’s', async () => {
    const other = join(application().home, 'other')
    mkdirSync(other)
    for (const name of ['01.dcm', '02.dcm', '03.dcm']) copyFileSync(join(sample, name), join(other, name))
    const page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByText('This slice').click()
    await page.getByLabel('Steps').fill('2')
    await startAttack(page)
    await untilRun(page, 'done')
    await pane(page, 1).locator('[data-shown]').waitFor({ timeout: 30_000 })
    const canvases = [0, 1, 2, 3].map((index) => pane(page, index).locator('canvas').first())
    const visible = () => Promise.all(canvases.map((canvas) => canvas.isVisible()))
    expect(await visible()).toEqual([true, true, true, true])

    await page.keyboard.press('Control+o')
    const dialog = page.getByRole('dialog')
    await dialog.getByTestId('files').locator('button, p').first().waitFor()
    await dialog.getByLabel('Folder', { exact: true }).fill(other)
    await dialog.getByRole('button', { name: 'Go' }).click()
    await dialog.getByRole('button', { name: '01.dcm' }).waitFor()
    await dialog.getByRole('button', { name: 'Open this folder' }).click()
    await expect.poll(async () => (await viewportTexts(page))[0]?.slice).toBe('2 / 3')
    await page.getByText('Adversarial: this slice has not been attacked.').waitFor()
    expect(await visible()).toEqual([true, false, false, false])
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 120_000)
})
