import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { addStepwiseModel } from '../support/stepwise-model.ts'
import { colouredPixels, floatFrame, pane, pointIn, shownPath, viewportTexts } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('the gradient of the chosen model over the original', (application) => {
  let page: Page
  const coloured = () => colouredPixels(pane(page, 0))
  const probe = async () => (await viewportTexts(page))[0]?.probe ?? ''
  beforeAll(async () => {
    addStepwiseModel(application().home)
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  }, 60_000)

  it('is not asked for before it is switched on', async () => {
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Model' }).inputValue())
      .toContain('phantom-thorax')
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await pane(page, 0).focus()
    await page.keyboard.press('ArrowUp')
    await expect.poll(async () => (await viewportTexts(page))[0]?.slice).toBe('14 / 28')
    await page.keyboard.press('ArrowDown')
    await expect.poll(async () => (await viewportTexts(page))[0]?.slice).toBe('15 / 28')
    expect(asked.filter((url) => url.includes('/gradient'))).toEqual([])
    expect(await coloured()).toBe(0)
  })

  it('says that it is being computed, and the viewport can be used meanwhile', async () => {
    let go = (): void => undefined
    const held = new Promise<void>((resolve) => {
      go = resolve
    })
    await page.route('**/gradient?*', async (route) => {
      await held
      await route.continue()
    })
    await page.keyboard.press('o')
    await expect.poll(() => page.getByTestId('gradient-note').innerText()).toContain('Computing')
    await page.keyboard.press('5')
    await expect.poll(async () => (await viewportTexts(page))[0]?.window).toBe('C 40 W 80')
    await page.keyboard.press('1')
    expect(await coloured()).toBe(0)
    go()
    await expect.poll(coloured, { timeout: 20_000 }).toBeGreaterThan(100)
    expect(await page.getByTestId('gradient-note').count()).toBe(0)
    await page.unroute('**/gradient?*')
  }, 60_000)

  it('has a legend with its unit, which follows the magnification', async () => {
    const legend = page.getByTestId('legend')
    const path = `${await shownPath(pane(page, 0))}/gradient?model=phantom-thorax`
    const { values } = await floatFrame(page, path)
    const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    await page.getByRole('slider', { name: 'Magnification' }).focus()
    await page.keyboard.press('Home')
    await expect
      .poll(() => legend.getAttribute('aria-label'))
      .toContain(`${Number(greatest.toPrecision(3))} per window`)
    const few = await coloured()
    await page.keyboard.press('End')
    await expect
      .poll(() => legend.getAttribute('aria-label'))
      .toContain(`${Number((greatest / 100).toPrecision(3))} per window`)
    await expect.poll(coloured).toBeGreaterThan(few)
  })

  it('is told under the cursor: the value that the engine has sent', async () => {
    const path = `${await shownPath(pane(page, 0))}/gradient?model=phantom-thorax`
    const { columns, values } = await floatFrame(page, path)
    const at = await pointIn(pane(page, 0), 0.65, 0.55)
    await page.mouse.move(at.x, at.y)
    await expect.poll(probe).toMatch(/∂J\/∂x [−+][\d.e-]+ per window$/)
    const [, x = '', y = '', told = ''] =
      /x (\d+) y (\d+) .* ∂J\/∂x (\S+) per window/.exec(await probe()) ?? []
    const value = values[Number(y) * columns + Number(x)]!
    expect(value).not.toBe(0)
    expect(Number(told.replace('−', '-'))).toBe(Number(value.toPrecision(3)))
  })

  it('follows the slices, and goes when it is switched off', async () => {
    await pane(page, 0).focus()
    const asked = page.waitForRequest(/\/gradient\?/)
    await page.keyboard.press('ArrowDown')
    await expect.poll(async () => (await viewportTexts(page))[0]?.slice).toBe('16 / 28')
    expect(new URL((await asked).url()).pathname).toBe(`${await shownPath(pane(page, 0))}/gradient`)
    await page.getByTestId('legend').waitFor({ timeout: 20_000 })
    await page.keyboard.press('o')
    await expect.poll(coloured).toBe(0)
    expect(await probe()).not.toContain('∂J')
    expect(application().complaints()).toEqual([])
  })

  it('a model without a gradient is a note that leaves the image as it is', async () => {
    await page.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'stepwise' }).click()
    await pane(page, 0).focus()
    await page.keyboard.press('o')
    const note = page.getByRole('note')
    await note.waitFor({ timeout: 20_000 })
    expect(await note.innerText()).toMatch(/gradient|differentia/i)
    expect(await pane(page, 0).getByRole('alert').count()).toBe(0)
    expect(await coloured()).toBe(0)
    expect(
      application()
        .complaints()
        .filter((text) => !text.includes('status of 422')),
    ).toEqual([])
    await page.context().close()
  })
})
