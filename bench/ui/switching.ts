import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { pane } from '../../test/support/viewports.ts'
import { medianFigure, type Figure } from './figure.ts'
import { pressAndSee } from './page-measures.ts'

/** The viewports that show the perturbation over another image; the third always shows it alone. */
const overlaid = ['pane-0', 'pane-1', 'pane-3']

/**
 * Switches the overlay on and off over three images; each time on a slice whose overlay has not been
 * painted before.
 */
export async function* switching(page: Page, rounds: number): AsyncIterable<Figure> {
  await pane(page, 0).focus()
  await page.keyboard.press('Home')
  const [on, off]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    await page.keyboard.press('ArrowDown')
    await sleep(500)
    on.push(await pressAndSee(page, 'o', overlaid))
    await sleep(200)
    off.push(await pressAndSee(page, 'o', overlaid))
  }
  yield medianFigure(on, { name: 'overlay on, painted anew', unit: 'ms', bar: 50 })
  yield medianFigure(off, { name: 'overlay off', unit: 'ms', bar: 50 })
}
