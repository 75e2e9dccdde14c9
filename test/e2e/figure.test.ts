import { readFileSync } from 'node:fs'
import { decode } from 'fast-png'
import { fromArrayBuffer } from 'geotiff'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { seriousFindings } from '../support/axe.ts'
import { keepScreenshot, pane, untilRun } from '../support/viewports.ts'

/** Bytes of the figure that _Save_ hands over. */
async function savedFigure(page: Page): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ])
  return readFileSync(await download.path())
}

async function openDialog(page: Page): Promise<void> {
  await pane(page, 0).focus()
  await page.keyboard.press('Control+s')
  await page.getByTestId('figure-preview').waitFor()
}

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field }).click()
  await page.getByRole('option', { name: option }).click()
}

describeApplication('figures of viewports', (application) => {
  let page: Page
  beforeAll(async () => {
    page = await application().open()
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).click()
    await untilRun(page, 'done')
    await page.getByTestId('legend').waitFor()
  }, 300_000)

  it('all viewports become one PNG of the chosen width and resolution', async () => {
    await openDialog(page)
    await keepScreenshot(page, 'figure')
    expect(await seriousFindings(page)).toEqual([])
    const size = await page.getByTestId('figure-size').innerText()
    const { width, height, resolution, data, channels } = decode(await savedFigure(page))
    expect(size).toMatch(`${width} × ${height} pixels`)
    expect(width).toBe(Math.round((174 / 25.4) * 300))
    expect(resolution).toEqual({ x: 11811, y: 11811, unit: 1 })
    const at = (x: number, y: number) => {
      const first = (Math.round(y) * width + Math.round(x)) * channels
      return [...data.subarray(first, first + 3)]
    }
    // Paper around, and the image of the first viewport, which has bright bone and dark air.
    expect(at(width - 1, 1)).toEqual([255, 255, 255])
    const middle = Array.from({ length: 200 }, (_, i) => at((width / 4) * (i / 200), height / 4)[0]!)
    expect(Math.max(...middle) - Math.min(...middle)).toBeGreaterThan(100)
  }, 60_000)

  it('one viewport becomes an SVG whose letters stay letters', async () => {
    await pane(page, 2).focus()
    await openDialog(page)
    await page.getByText('The active viewport', { exact: true }).click()
    await page.getByRole('textbox', { name: 'Width' }).fill('85')
    await choose(page, 'Format', 'SVG')
    const svg = (await savedFigure(page)).toString()
    expect(svg).toContain('width="85mm"')
    expect(svg.match(/<image /g)).toHaveLength(1)
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)
    expect(texts).toEqual(['a', 'Original', expect.stringMatching(/^\d+ (?:cm|mm)$/)])
  }, 60_000)

  it('a TIFF is read by others, on black where that is chosen', async () => {
    await openDialog(page)
    await page.getByText('All viewports', { exact: true }).click()
    await page.getByText('Dark', { exact: true }).click()
    await choose(page, 'Format', 'TIFF')
    await choose(page, 'Resolution', '600 dpi')
    const bytes = await savedFigure(page)
    const image = await (await fromArrayBuffer(new Uint8Array(bytes).buffer)).getImage()
    const width = Math.round((85 / 25.4) * 600)
    expect([image.getWidth(), image.getSamplesPerPixel()]).toEqual([width, 3])
    const [red] = (await image.readRasters({ window: [width - 1, 0, width, 1] })) as unknown as Uint8Array[]
    expect(red![0]).toBe(0)
  }, 60_000)
})
