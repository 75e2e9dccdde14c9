import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { seriousFindings } from '../support/axe.ts'
import { describeApplication, largeScreen, smallScreen, type Application } from '../support/application.ts'
import { paintedPixels, pane, startAttack, untilRun, viewportTexts } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

/** One attacked image: enough for every step to have something to show, and soon done. */
async function attackOneImage(
  application: Application,
  size: { width: number; height: number },
): Promise<Page> {
  const page = await application.open({ size, query: new URLSearchParams({ study: sample }).toString() })
  await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  await page.getByRole('tab', { name: 'Attack' }).click()
  await page.getByText('This slice').click()
  await startAttack(page)
  await untilRun(page, 'done')
  await page.getByTestId('legend').waitFor({ timeout: 30_000 })
  return page
}

describeApplication('the interface for everybody', (application) => {
  it('the first screen has no serious findings', async () => {
    const page = await application().open()
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.context().close()
  }, 60_000)

  describe.each([
    ['1280x800', smallScreen],
    ['2560x1440', largeScreen],
  ])('at %s', (_, size) => {
    let page: Page
    it('everything is in sight, and the images are painted', async () => {
      page = await attackOneImage(application(), size)
      for (const index of [0, 1, 2, 3]) {
        const box = await pane(page, index).boundingBox()
        expect(box!.width).toBeGreaterThan(300)
        expect(box!.height).toBeGreaterThan(220)
        expect((await paintedPixels(pane(page, index))).bright).toBeGreaterThan(1000)
      }
      const overflow = await page.evaluate(
        () =>
          document.documentElement.scrollWidth > innerWidth ||
          document.documentElement.scrollHeight > innerHeight,
      )
      expect(overflow).toBe(false)
    }, 200_000)

    it.each(['Model', 'Attack', 'Results', 'Export'])(
      'the step %s has no serious findings',
      async (step) => {
        await page.getByRole('tab', { name: step }).click()
        await page.waitForTimeout(500)
        expect(await seriousFindings(page)).toEqual([])
      },
      60_000,
    )

    it('the runs and every dialog have no serious findings', async () => {
      await page.getByRole('tab', { name: 'Runs' }).click()
      await page.getByTestId('run').first().waitFor()
      expect(await seriousFindings(page)).toEqual([])
      for (const name of ['Keyboard shortcuts', 'About Radversary', 'Open…']) {
        await page.getByRole('button', { name }).click()
        await page.getByRole('dialog').waitFor()
        await page.waitForTimeout(300)
        expect(await seriousFindings(page)).toEqual([])
        await page.keyboard.press('Escape')
        await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
      }
      await page.context().close()
    }, 60_000)
  })

  it('an attack is run and read with the keyboard alone', async () => {
    const page = await application().open()
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).waitFor()
    await tabTo(page, 'Open the sample study')
    await page.keyboard.press('Enter')
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await tabTo(page, 'Model')
    await page.keyboard.press('ArrowRight')
    await tabTo(page, 'The study')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await tabTo(page, 'Start the attack')
    await page.keyboard.press('Enter')
    await untilRun(page, 'done')
    await tabTo(page, 'Original, ', true)
    await page.keyboard.press('ArrowDown')
    const places = async () => (await viewportTexts(page)).map(({ label }) => label.split(', ').at(-1))
    await expect.poll(places).toEqual(Array(4).fill('slice 16 of 28'))
    await page.keyboard.press('ArrowRight')
    expect(await pane(page, 1).getAttribute('data-active')).not.toBeNull()
    await page.keyboard.press('Shift+Digit1')
    await expect.poll(async () => (await viewportTexts(page)).length).toBe(1)
    await page.context().close()
  }, 240_000)

  it('the focus can be seen', async () => {
    const page = await application().open()
    await page.getByRole('button', { name: 'Attack the sample with SMIA' }).waitFor()
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Tab')
      const outline = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
        return `${outlineStyle} ${outlineWidth}`
      })
      expect(outline).toBe('solid 2px')
    }
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 60_000)
})

/** Presses Tab until what is focused has this name; fails when it is not reached. */
async function tabTo(page: Page, name: string, isPrefix = false): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null
      const labelled = element?.closest('label')?.innerText ?? ''
      const labels =
        element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.innerText) : []
      return [element?.getAttribute('aria-label') ?? '', element?.innerText ?? '', labelled, ...labels].map(
        (text) => text.trim(),
      )
    })
    if (focused.some((text) => (isPrefix ? text.startsWith(name) : text === name))) return
  }
  throw new Error(`Tab does not reach "${name}"`)
}
