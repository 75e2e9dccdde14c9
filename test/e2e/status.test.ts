import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { pane } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('the status bar', (application) => {
  it('tells the engine’s memory, and follows when images are decoded', async () => {
    const page = await application().open()
    const memory = page.getByTestId('memory')
    await expect
      .poll(() => memory.innerText())
      .toMatch(/^Memory without models: [\d.]+ [MG]B, images 0 bytes$/)
    await page.goto(new URL(`/?${new URLSearchParams({ study: sample }).toString()}`, page.url()).href)
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await expect.poll(() => memory.innerText(), { timeout: 20_000 }).toMatch(/images [\d.]+ MB$/)
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 60_000)
})
