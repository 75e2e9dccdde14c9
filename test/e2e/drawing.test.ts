import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { seriousFindings } from '../support/axe.ts'
import { colouredPixels, drag, pane, pointIn, viewportTexts } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('drawing by hand', (application) => {
  let page: Page
  const isColoured = async () => (await colouredPixels(pane(page, 0))) > 0
  const draw = async () => {
    await drag(page, await pointIn(pane(page, 0), 0.35, 0.35), await pointIn(pane(page, 0), 0.6, 0.55))
  }
  beforeAll(async () => {
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await pane(page, 0).focus()
  }, 60_000)

  it('a measurement is undone and redone, and one that was removed comes back', async () => {
    expect(await isColoured()).toBe(false)
    await page.keyboard.press('m')
    await draw()
    await expect.poll(isColoured).toBe(true)
    await page.keyboard.press('Control+z')
    await expect.poll(isColoured).toBe(false)
    await page.keyboard.press('Control+Shift+Z')
    await expect.poll(isColoured).toBe(true)
    await page.keyboard.press('Delete')
    await expect.poll(isColoured).toBe(false)
    await page.keyboard.press('Control+z')
    await expect.poll(isColoured).toBe(true)
    await page.keyboard.press('Delete')
  }, 60_000)

  it('what is drawn is one step, however it is looked at afterwards', async () => {
    await page.keyboard.press('a')
    await draw()
    const end = await pointIn(pane(page, 0), 0.4, 0.7)
    await page.mouse.move(end.x, end.y, { steps: 4 })
    await page.mouse.click(end.x, end.y)
    await expect.poll(isColoured).toBe(true)
    await page.keyboard.press('+')
    await page.keyboard.press('r')
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await expect.poll(isColoured).toBe(false)
    await page.keyboard.press('0')
    await page.keyboard.press('Control+y')
    await expect.poll(isColoured).toBe(true)
    await page.keyboard.press('Delete')
  }, 60_000)

  it('measurements are listed with their numbers and unit, named and deleted', async () => {
    await page.keyboard.press('e')
    await draw()
    await page.keyboard.press('k')
    const row = page.getByTestId('measurements').locator('tbody tr')
    await expect.poll(() => row.allInnerTexts()).toHaveLength(1)
    await expect.poll(() => row.innerText()).toMatch(/slice 15\s+−?[\d.]+ ± [\d.]+, −[\d.]+ to −?[\d.]+ HU/)
    const name = row.getByLabel('Name of the measurement')
    await name.fill('left lung')
    await page.keyboard.press('Escape')
    await page.keyboard.press('k')
    await expect.poll(() => name.inputValue()).toBe('left lung')
    await row.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Nothing is drawn').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(isColoured).toBe(false)
    await pane(page, 0).focus()
  }, 60_000)

  it('a region is undone shape by shape, and redone', async () => {
    await page.getByRole('tab', { name: 'Attack' }).click()
    const region = () => page.getByTestId('region').innerText()
    await pane(page, 0).focus()
    await page.keyboard.press('x')
    await draw()
    await expect.poll(region).toMatch(/Only what is drawn/)
    const one = await region()
    await drag(page, await pointIn(pane(page, 0), 0.2, 0.2), await pointIn(pane(page, 0), 0.3, 0.3))
    await expect.poll(region).not.toBe(one)
    await page.keyboard.press('Control+z')
    await expect.poll(region).toBe(one)
    await page.keyboard.press('Control+z')
    await expect.poll(region).toMatch(/whole image may change/)
    await page.keyboard.press('Control+y')
    await expect.poll(region).toBe(one)
    await page.getByRole('button', { name: 'Whole image again' }).click()
    await page.keyboard.press('Control+z')
    await expect.poll(region).toBe(one)
  }, 60_000)

  it('a double click maximises a viewport, and shows all again at the slice that it is at', async () => {
    const count = () => page.locator('[data-testid^=pane-]').count()
    await page.keyboard.press('Shift+Digit3')
    await expect.poll(count).toBe(4)
    await page.keyboard.press('w')
    await pane(page, 2).locator('canvas').first().dblclick()
    await expect.poll(count).toBe(1)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('u')
    await expect.poll(count).toBe(4)
    expect((await viewportTexts(page)).map(({ slice }) => slice)).toEqual(Array(4).fill('16 / 28'))
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Shift+Digit1')
    await expect.poll(count).toBe(1)
  }, 60_000)

  it('a command is found by what it does, and done', async () => {
    await page.keyboard.press('Control+k')
    const search = page.getByRole('combobox', { name: 'What do you want to do?' })
    await search.waitFor()
    // A list that is just opening is not its combobox's yet.
    await expect.poll(() => seriousFindings(page), { timeout: 10_000 }).toEqual([])
    const [head, list] = await Promise.all([
      page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).boundingBox(),
      page.getByRole('listbox').boundingBox(),
    ])
    expect(list!.y).toBeGreaterThan(head!.y + head!.height)
    await search.fill('brain')
    await page.getByRole('option', { name: 'Window: Brain (5)' }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await viewportTexts(page))[0]?.window).toBe('C 40 W 80')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await pane(page, 0).focus()
  }, 60_000)

  it('a notch of the wheel is one slice, whatever the mouse sends for it', async () => {
    const slice = async () => (await viewportTexts(page))[0]?.slice
    const at = await pointIn(pane(page, 0), 0.5, 0.5)
    await page.mouse.move(at.x, at.y)
    expect(await slice()).toBe('15 / 28')
    for (const [pixels, place] of [
      [100, '16 / 28'],
      [120, '17 / 28'],
      [-240, '16 / 28'],
    ] as const) {
      await page.mouse.wheel(0, pixels)
      await expect.poll(slice).toBe(place)
    }
    expect(application().complaints()).toEqual([])
  }, 60_000)
})
