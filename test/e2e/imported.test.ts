import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { expect, it } from 'vitest'
import { describeApplication, smallScreen } from '../support/application.ts'
import { pane } from '../support/viewports.ts'

describeApplication('a folder of images that are not DICOM', (application) => {
  it('opens, and its study says what was assumed and found', async () => {
    const folder = join(application().home, 'radiographs')
    for (const name of ['NORMAL', 'ILL']) {
      mkdirSync(join(folder, name), { recursive: true })
      const data = Uint8Array.from({ length: 64 * 64 }, (_, at) => (at * name.length) % 256)
      writeFileSync(
        join(folder, name, '1.png'),
        encode({ width: 64, height: 64, data, channels: 1, depth: 8 }),
      )
    }
    const page = await application().open({
      size: smallScreen,
      query: new URLSearchParams({ study: folder }).toString(),
    })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    const note = page.getByRole('note', { name: 'What was assumed' })
    expect(await note.innerText()).toMatch(/2 images of 2 files \(PNG\), as modality OT/)
    expect(await note.innerText()).toMatch(/Labels of 2 images were found/)
    await page.getByRole('region', { name: 'radiographs' }).waitFor()
    if (process.env['SHOTS'] !== undefined)
      await page.screenshot({ path: join(process.env['SHOTS'], 'imported.png') })
    await pane(page, 0).focus()
    await page.keyboard.press('Control+s')
    await page.getByText('Without pixel spacing there is no scale bar.').waitFor()
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 60_000)
})
