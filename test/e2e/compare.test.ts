import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeApplication } from '../support/application.ts'
import {
  colouredPixels,
  drag,
  pane,
  pixelsBetween,
  pointIn,
  shownPath,
  startAttack,
  untilRun,
  viewportTexts,
} from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')

describeApplication('before and after in one viewport', (application) => {
  let page: Page
  let original: Halves
  let adversarial: Halves
  const viewport = () => pane(page, 0)
  const divider = () => viewport().getByRole('slider', { name: 'Divider' })
  const label = async () => (await viewportTexts(page))[0]?.label.split(',')[0]
  const press = async (key: string) => {
    await viewport().focus()
    await page.keyboard.press(key)
  }
  beforeAll(async () => {
    page = await application().open({ query: new URLSearchParams({ study: sample }).toString() })
    await viewport().locator('[data-shown]').waitFor({ timeout: 30_000 })
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByText('This slice').click()
    await startAttack(page)
    await untilRun(page, 'done')
    await page.getByTestId('legend').waitFor({ timeout: 30_000 })
  }, 300_000)

  it('a key changes between original and adversarial', async () => {
    await expect.poll(() => shownPath(viewport())).toMatch(/^\/frames\//)
    original = await halves(viewport())
    await press('b')
    await expect.poll(() => shownPath(viewport())).toMatch(/^\/runs\/.*\/adversarial\//)
    await expect.poll(() => halves(viewport())).not.toEqual(original)
    adversarial = await halves(viewport())
    await press('b')
    await expect.poll(() => halves(viewport())).toEqual(original)
  })

  it('a divider has the original on its left and the adversarial image on its right, and says so', async () => {
    await press('s')
    await divider().waitFor()
    await expect.poll(() => halves(viewport())).toEqual({ left: original.left, right: adversarial.right })
    expect(await viewport().getByTestId('adversarial-label').count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Divider between' }).getAttribute('aria-pressed')).toBe(
      'true',
    )
  })

  it('the divider is moved with keys', async () => {
    await divider().focus()
    await page.keyboard.press('ArrowRight')
    expect(await divider().getAttribute('aria-valuenow')).toBe('52')
    await page.keyboard.press('End')
    await expect.poll(() => halves(viewport())).toEqual(original)
    await page.keyboard.press('Home')
    await expect.poll(() => halves(viewport())).toEqual(adversarial)
    expect((await viewportTexts(page))[0]?.slice).toBe('15 / 28')
  })

  it('the divider is dragged, and the image below stays where it is', async () => {
    const { zoom, window } = (await viewportTexts(page))[0]!
    await drag(page, await pointIn(divider(), 0.6, 0.5), await pointIn(viewport(), 0.75, 0.6))
    await expect.poll(async () => Number(await divider().getAttribute('aria-valuenow'))).toBeGreaterThan(72)
    expect(Number(await divider().getAttribute('aria-valuenow'))).toBeLessThan(78)
    await expect.poll(async () => (await halves(viewport())).left).toBe(original.left)
    expect((await viewportTexts(page))[0]).toMatchObject({ zoom, window })
  })

  it('the probe tells both values and their difference', async () => {
    const at = await pointIn(viewport(), 0.4, 0.5)
    await page.mouse.move(at.x, at.y)
    const numbers = /(-?\d+) → (-?\d+) · (-?[\d.]+) → (-?[\d.]+) HU · Δ (\S+) HU/
    await expect.poll(async () => (await viewportTexts(page))[0]?.probe).toMatch(numbers)
    const [, before, after, hu, huAfter, change] = numbers.exec((await viewportTexts(page))[0]!.probe)!
    expect(Number(after) - Number(before)).toBe(Number(huAfter) - Number(hu))
    expect(Number(change!.replace('−', '-'))).toBe(Number(huAfter) - Number(hu))
    const [, adversarialPane] = await viewportTexts(page)
    expect(adversarialPane!.probe).toContain(` ${after} · `)
  })

  it('a key shows the difference instead, and goes back', async () => {
    await press('f')
    await expect.poll(label).toBe('Perturbation')
    await expect.poll(() => colouredPixels(viewport())).toBeGreaterThan(1000)
    await press('f')
    await expect.poll(label).toBe('Original')
    await expect.poll(() => halves(viewport())).toEqual(original)
    expect(application().complaints()).toEqual([])
    await page.context().close()
  })
})

interface Halves {
  readonly left: string
  readonly right: string
}

async function halves(viewport: ReturnType<typeof pane>): Promise<Halves> {
  return { left: await pixelsBetween(viewport, 0, 0.5), right: await pixelsBetween(viewport, 0.5, 1) }
}
