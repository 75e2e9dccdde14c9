import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import { colouredBounds, pane, type Bounds } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

/** Pixels twice as broad as they are high. */
const spacing = ['0.703125\\0.703125', '0.703125\\1.406250'] as const

/** The rectangle around all boxes, in pixels of the image. */
interface Around {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

describeApplication('boxes over images whose pixels are not square', (application) => {
  let page: Page
  let around: Around
  beforeAll(async () => {
    const folder = join(application().home, 'own')
    mkdirSync(folder)
    for (const name of ['01.dcm', '02.dcm', '03.dcm']) {
      const text = readFileSync(join(sample, name), 'latin1')
      expect(text).toContain(spacing[0])
      writeFileSync(join(folder, name), text.replace(...spacing), 'latin1')
    }
    page = await application().open({ query: new URLSearchParams({ study: folder }).toString() })
    await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
    await page.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'phantom-thorax-detection' }).click()
    await page.getByRole('button', { name: 'Predict the study' }).click()
    await page.getByTestId('box-legend').waitFor({ timeout: 60_000 })
    around = await rectangleOfTable(page)
  }, 120_000)

  /**
   * Where the rectangle lies on a canvas, for an image that is turned by quarters, flipped left and right,
   * and zoomed about its middle.
   */
  const onCanvas = async (
    index: number,
    view: { quarters?: number; flipped?: boolean; zoom?: number } = {},
  ): Promise<Bounds> => {
    const { quarters = 0, flipped = false, zoom = 1 } = view
    const canvas = await pane(page, index)
      .locator('canvas')
      .first()
      .evaluate((element) => ({
        width: (element as HTMLCanvasElement).width,
        height: (element as HTMLCanvasElement).height,
      }))
    const [width, height] = quarters % 2 === 0 ? [1024, 512] : [512, 1024]
    const scale = zoom * Math.min(canvas.width / width, canvas.height / height)
    const corners = [0, 1].map((i) => {
      const [x, y] = [(around.x[i]! - 256) * 2 * scale * (flipped ? -1 : 1), (around.y[i]! - 256) * scale]
      const [turnedX, turnedY] = quarters === 1 ? [-y, x] : [x, y]
      return { x: turnedX + canvas.width / 2, y: turnedY + canvas.height / 2 }
    })
    const sorted = (axis: 'x' | 'y') => corners.map((corner) => corner[axis]).sort((a, b) => a - b)
    const [left = NaN, right = NaN] = sorted('x')
    const [top = NaN, bottom = NaN] = sorted('y')
    return { left, top, right, bottom }
  }

  /** The table's numbers are rounded to pixels, which are drawn two broad; a line is two points thick. */
  const expectBoxes = async (index: number, expected: Bounds): Promise<void> => {
    await expect
      .poll(async () => {
        const found = await colouredBounds(pane(page, index))
        return found && Math.max(...sides.map((side) => Math.abs(found[side] - expected[side])))
      })
      .toBeLessThan(4)
  }

  it('lie where the table says, as the model found them', async () => {
    expect(await page.getByTestId('box-legend').innerText()).toMatch(
      /ground-glass opacity[^]*in the original: \d/,
    )
    await expectBoxes(0, await onCanvas(0))
  })

  it('tell their class and score', async () => {
    await page.evaluate(() => {
      const written: string[] = []
      const prototype: { fillText: (this: unknown, text: string, x: number, y: number) => void } =
        CanvasRenderingContext2D.prototype
      const { fillText } = prototype
      prototype.fillText = function (text, x, y) {
        written.push(text)
        fillText.call(this, text, x, y)
      }
      Object.assign(window, { written })
    })
    await pane(page, 0).focus()
    await page.keyboard.press('i')
    const written = () => page.evaluate(() => (window as unknown as { written: string[] }).written)
    const rows = await page.getByTestId('boxes').locator('tbody tr').count()
    await expect.poll(async () => new Set(await written()).size).toBe(rows)
    for (const text of await written()) expect(text).toMatch(/^ground-glass opacity \d+ %$/)
    await page.keyboard.press('i')
  })

  it('follow the image when it is turned, flipped and zoomed', async () => {
    await pane(page, 0).focus()
    await page.keyboard.press('r')
    await expectBoxes(0, await onCanvas(0, { quarters: 1 }))
    await page.keyboard.press('0')
    await page.keyboard.press('h')
    await expectBoxes(0, await onCanvas(0, { flipped: true }))
    await page.keyboard.press('0')
    await page.keyboard.press('+')
    await expectBoxes(0, await onCanvas(0, { zoom: 1.25 }))
    await page.keyboard.press('0')
  })

  it('follow in linked viewports too', async () => {
    await page.keyboard.press('Shift+Digit2')
    await pane(page, 0).focus()
    await page.keyboard.press('r')
    for (const index of [0, 1]) await expectBoxes(index, await onCanvas(index, { quarters: 1 }))
  })

  it('go when the overlay is switched off, and when another model is chosen', async () => {
    await page.keyboard.press('o')
    await expect.poll(() => colouredBounds(pane(page, 0))).toBeUndefined()
    await page.keyboard.press('o')
    await page.getByTestId('box-legend').first().waitFor()
    await page.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'phantom-thorax-lungs' }).click()
    await expect.poll(() => page.getByTestId('box-legend').count()).toBe(0)
    expect(await page.getByRole('switch', { name: 'Overlay over the image' }).isChecked()).toBe(false)
  })
})

const sides = ['left', 'top', 'right', 'bottom'] as const

async function rectangleOfTable(page: Page): Promise<Around> {
  const rows = await page.getByTestId('boxes').locator('tbody tr').allInnerTexts()
  const places = rows.map((row) => (row.split('\t').at(-1) ?? '').match(/\d+/g)!.map(Number))
  const all = (axis: 0 | 1) => places.flatMap((place) => [place[axis]!, place[axis + 2]!])
  const reach = (values: number[]) => [Math.min(...values), Math.max(...values)] as const
  return { x: reach(all(0)), y: reach(all(1)) }
}
