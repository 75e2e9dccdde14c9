import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { readBytes } from '../../src/adapters/fs/read-file.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { imageResult } from '../../src/engine/export/image-result.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { describeApplication, largeScreen, smallScreen } from '../support/application.ts'
import {
  colouredPixels,
  drag,
  keepScreenshot,
  pane,
  pointIn,
  untilRun,
  viewportTexts,
} from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

/** Stored and HU value of a pixel, computed from the DICOM file itself. */
async function pixelOf(path: string, x: number, y: number): Promise<{ stored: number; hu: number }> {
  const [pixels] = await decodeFrames(parseInstance(await readBytes({ path }), { file: path }))
  const stored = pixels!.frame.values[y * pixels!.frame.columns + x]!
  const { modality } = pixels!.meaning
  if (modality.kind !== 'linear') throw new Error('the sample has a slope')
  return { stored, hu: stored * modality.slope + modality.intercept }
}

/** Numbers of a probe's line "x 256 y 256 · 934 · -90 HU · Δ +12 HU". */
function probed(text: string): {
  x: number
  y: number
  stored: number
  hu: number
  change: number | undefined
} {
  const found = /x (\d+) y (\d+) · (-?\d+) · (-?[\d.]+) HU(?: · Δ ([−+]?[\d.]+) HU)?/.exec(text)
  if (found === null) throw new Error(`no probe in "${text}"`)
  const [, x, y, stored, hu, change] = found
  return {
    x: Number(x),
    y: Number(y),
    stored: Number(stored),
    hu: Number(hu),
    change: change === undefined ? undefined : Number(change.replace('−', '-')),
  }
}

describeApplication('the sample, from the first start to a verified export', (application) => {
  let page: Page
  beforeAll(async () => {
    page = await application().open()
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).waitFor()
    await keepScreenshot(page, 'first-start')
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).click()
    await untilRun(page, 'done')
    await page.getByTestId('legend').waitFor()
  }, 300_000)

  it('one button runs SMIA to the end and shows the four images of one slice', async () => {
    await expect
      .poll(async () => (await viewportTexts(page)).filter(({ slice }) => slice === '15 / 28').length)
      .toBe(4)
    const texts = await viewportTexts(page)
    expect(texts.map(({ label }) => label.split(',')[0])).toEqual([
      'Original',
      'Adversarial',
      'Perturbation',
      'Smoothed input',
    ])
    expect(texts.map(({ isAdversarial }) => isAdversarial)).toEqual([false, true, true, true])
    expect(await colouredPixels(pane(page, 0))).toBe(0)
    expect(await colouredPixels(pane(page, 2))).toBeGreaterThan(1000)
  })

  it('each step of the work can be looked at, on a small screen and on a large one', async () => {
    for (const step of ['Model', 'Attack', 'Export', 'Results']) {
      await page.getByRole('tab', { name: step }).click()
      await expect
        .poll(() => page.getByRole('tabpanel', { name: step }).locator('button').count())
        .toBeGreaterThan(0)
      await keepScreenshot(page, step.toLowerCase())
    }
    await page.setViewportSize(largeScreen)
    await expect.poll(async () => (await pane(page, 0).boundingBox())?.width).toBeGreaterThan(800)
    await keepScreenshot(page, 'results-large')
    await page.setViewportSize(smallScreen)
    await expect.poll(async () => (await pane(page, 0).boundingBox())?.width).toBeLessThan(400)
  })

  it('a probe tells the values that are in the DICOM files, and their difference', async () => {
    const at = await pointIn(pane(page, 0), 0.6, 0.6)
    await page.mouse.move(at.x, at.y)
    const [original, adversarial] = (await viewportTexts(page)).map(({ probe }) => probed(probe))
    const { x, y } = original!
    const [run] = readdirSync(join(application().home, 'runs'))
    const exported = join(application().home, 'runs', run!, 'export')
    const { file, exported: made } = imageResult.parse(
      JSON.parse(readFileSync(join(exported, 'images/0015.json'), 'utf8')),
    )
    const source = await pixelOf(join(sample, file), x, y)
    const attacked = await pixelOf(join(exported, made.series.path), x, y)
    expect(original).toMatchObject(source)
    expect(adversarial).toMatchObject({ x, y, ...attacked })
    expect(original!.change).toBe(attacked.hu - source.hu)
    expect(adversarial!.change).toBe(original!.change)
  })

  it('wheel and keys scroll all viewports together', async () => {
    const at = await pointIn(pane(page, 1), 0.5, 0.5)
    await page.mouse.move(at.x, at.y)
    await page.mouse.wheel(0, 120)
    const slices = async () => (await viewportTexts(page)).map(({ slice }) => slice)
    await expect.poll(slices).toEqual(Array(4).fill('16 / 28'))
    await pane(page, 0).focus()
    await page.keyboard.press('ArrowUp')
    await expect.poll(slices).toEqual(Array(4).fill('15 / 28'))
    await page.keyboard.press('End')
    await expect.poll(slices).toEqual(Array(4).fill('28 / 28'))
  })

  it('window, zoom and pan are shared; presets and reset have keys', async () => {
    const windows = async () =>
      (await viewportTexts(page)).map(({ window }) => window).filter((text) => text !== '')
    await page.keyboard.press('5')
    await expect.poll(windows).toEqual(Array(3).fill('C 40 W 80'))
    const before = await viewportTexts(page)
    await drag(page, await pointIn(pane(page, 0), 0.5, 0.5), await pointIn(pane(page, 0), 0.7, 0.5))
    await expect.poll(async () => new Set(await windows()).size).toBe(1)
    expect(await windows()).not.toEqual(before.map(({ window }) => window))
    await drag(page, await pointIn(pane(page, 1), 0.5, 0.4), await pointIn(pane(page, 1), 0.5, 0.7), 'right')
    const zooms = async () => (await viewportTexts(page)).map(({ zoom }) => zoom)
    await expect.poll(async () => (await zooms())[0]).not.toBe(before[0]!.zoom)
    await expect.poll(async () => new Set(await zooms()).size).toBe(1)
    await page.keyboard.press('0')
    await expect.poll(zooms).toEqual(before.map(({ zoom }) => zoom))
    await page.keyboard.press('1')
    await expect.poll(windows).toEqual(Array(3).fill('C -600 W 1500'))
  })

  it('the perturbation lies over the image while it is switched on, as strongly as is set', async () => {
    const coloured = () => colouredPixels(pane(page, 0))
    await pane(page, 0).focus()
    await page.keyboard.press('o')
    await expect.poll(coloured).toBeGreaterThan(1000)
    const strong = await coloured()
    const opacity = page.getByRole('slider', { name: 'Opacity' })
    await opacity.focus()
    for (let i = 0; i < 11; i++) await page.keyboard.press('ArrowLeft')
    await expect.poll(coloured).toBeLessThan(strong / 2)
    await page.getByRole('slider', { name: 'Magnification' }).focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.getByTestId('magnification').innerText()).toBe('×1')
    await expect
      .poll(() => page.getByTestId('legend').first().getAttribute('aria-label'))
      .toContain('±1500 HU')
    await pane(page, 0).focus()
    await page.keyboard.press('o')
    await expect.poll(coloured).toBe(0)
  })

  it('planes of the patient go through all slices, of the attack too, and a crosshair moves them', async () => {
    const texts = () => viewportTexts(page)
    await pane(page, 0).focus()
    await page.keyboard.press('q')
    await expect
      .poll(async () => (await texts()).map(({ slice }) => slice)[1], { timeout: 20_000 })
      .toMatch(/512/)
    expect((await texts()).map(({ label }) => label.split(',')[1]!.trim())).toEqual([
      'Axial',
      'Coronal',
      'Sagittal',
      '1 · Thorax',
    ])
    const coronal = pane(page, 1)
    await coronal.getByLabel('What this viewport shows').selectOption('Adversarial')
    await coronal.getByTestId('adversarial-label').waitFor()
    await pane(page, 2).getByLabel('What this viewport shows').selectOption('Perturbation')
    await pane(page, 2).getByTestId('legend').waitFor()
    await page.keyboard.press('n')
    const at = await pointIn(coronal, 0.5, 0.5)
    await page.mouse.click(at.x, at.y)
    await expect.poll(async () => (await texts())[2]?.slice).toBe('257 / 512')
    expect(probed((await texts())[1]!.probe)).toMatchObject({ x: 256 })
    expect((await texts())[0]!.probe).toBe('')
    const slice = (await texts())[0]!.slice
    await coronal.focus()
    await page.keyboard.press('ArrowDown')
    expect((await texts())[0]!.slice).toBe(slice)
    await keepScreenshot(page, 'planes')
    await page.keyboard.press('w')
    await page.keyboard.press('q')
    await expect.poll(async () => (await texts()).map(({ slice }) => slice)).toEqual(Array(4).fill(slice))
  }, 60_000)

  it('results are told by slice; a row goes to its slice', async () => {
    await page.getByRole('tab', { name: 'Results' }).click()
    expect(await page.getByTestId('slices').locator('tbody tr').count()).toBe(28)
    expect(await page.getByTestId('chart').locator('svg').count()).toBe(4)
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save Losses as SVG' }).click(),
    ])
    const svg = readFileSync(await saved.path(), 'utf8')
    expect(svg).toContain('width="640"')
    expect(svg).toMatch(/fill="(#ffffff|#fff|white)"/)
    await page.getByTestId('slices').getByRole('button', { name: 'PSNR' }).click()
    const first = page.getByTestId('slices').locator('tbody tr').first()
    const number = await first.locator('button').innerText()
    await first.locator('button').click()
    await expect
      .poll(async () => (await viewportTexts(page)).map(({ slice }) => slice))
      .toEqual(Array(4).fill(`${number} / 28`))
  })

  it('a run is exported to a folder and verified', async () => {
    await page.getByRole('tab', { name: 'Export' }).click()
    const to = join(application().home, 'exported')
    await page.getByLabel('Export to this new or empty folder').fill(to)
    await page.getByLabel('Smoothed input (DICOM)').uncheck()
    await page.getByLabel('NIfTI').check()
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByTestId('exported').waitFor({ timeout: 60_000 })
    expect(readdirSync(join(to, 'adversarial'))).toHaveLength(28)
    expect(readdirSync(to)).not.toContain('smoothed')
    expect(readdirSync(join(to, 'nifti'))).toHaveLength(1)
    await page.getByRole('button', { name: 'Verify the run’s files' }).click()
    await page.getByTestId('verified').waitFor({ timeout: 120_000 })
    expect(await page.getByTestId('verified').innerText()).toContain('are as the record says')
  }, 200_000)

  it('an export to the same folder again changes nothing and says why not', async () => {
    await page.getByLabel('Smoothed input (DICOM)').check()
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor({ timeout: 30_000 })
    expect(await alert.innerText()).toMatch(/expected/)
  }, 60_000)

  it('a page opened later finds the run and all its results', async () => {
    const later = await application().open()
    await later.getByRole('tab', { name: 'Runs' }).click()
    await later.getByTestId('run').getByRole('button').first().click()
    await later.getByTestId('legend').waitFor({ timeout: 30_000 })
    expect(await later.getByTestId('metrics').innerText()).toMatch(/of 28/)
    await later.context().close()
  }, 60_000)

  it('pages had nothing to complain of', () => {
    expect(
      application()
        .complaints()
        .filter((text) => !text.includes('status of 422')),
    ).toEqual([])
  })
})
