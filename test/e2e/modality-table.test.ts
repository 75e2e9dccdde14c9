import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { DataElement } from '../../src/core/dicom/write/encode.ts'
import { describeApplication } from '../support/application.ts'
import { tinyFile } from '../support/tiny-instance.ts'
import { pane, pointIn, viewportTexts } from '../support/viewports.ts'

const table: DataElement[] = [
  { tag: 0x00283002, vr: 'US', value: [3, 1, 16] },
  { tag: 0x00283004, vr: 'LO', value: 'HU' },
  { tag: 0x00283006, vr: 'OW', value: new Uint8Array(Uint16Array.of(700, 100, 400).buffer) },
]

describeApplication('an image with a modality table instead of a slope', (application) => {
  it('is shown and probed in modality units', async () => {
    const folder = join(application().home, 'tabled')
    mkdirSync(folder)
    const lut: DataElement = { tag: 0x00283000, vr: 'SQ', items: [table] }
    const modality: DataElement = { tag: 0x00080060, vr: 'CS', value: 'DX' }
    writeFileSync(join(folder, 'image.dcm'), tinyFile([modality, lut]))
    const page = await application().open({ query: new URLSearchParams({ study: folder }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    const texts = async () => (await viewportTexts(page))[0]!
    // All values, from 100 to 700, since the file has no window.
    await expect.poll(async () => (await texts()).window).toBe('C 400 W 600')
    const probed: string[] = []
    for (const [x, y] of [
      [0.4, 0.4],
      [0.6, 0.4],
      [0.4, 0.6],
      [0.6, 0.6],
    ] as const) {
      const at = await pointIn(pane(page, 0), x, y)
      await page.mouse.move(at.x, at.y)
      await expect
        .poll(async () => (await texts()).probe)
        .toContain(`x ${Number(x > 0.5)} y ${Number(y > 0.5)}`)
      probed.push((await texts()).probe.split(' · ').slice(1).join(' · '))
    }
    expect(probed).toEqual(['1 · 700 HU', '2 · 100 HU', '3 · 400 HU', '4095 · 400 HU'])
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 60_000)
})
