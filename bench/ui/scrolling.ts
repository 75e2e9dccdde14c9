import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { largeScreen } from '../../test/support/start-application.ts'
import { pane } from '../../test/support/viewports.ts'
import { medianFigure, type Figure } from './figure.ts'
import type { Scrolled } from './page-probe.ts'

const panes = ['pane-0', 'pane-1', 'pane-2', 'pane-3']
const slices = 28
const visitMs = 3000

/**
 * The wheel turned by a notch in every animation frame over four linked viewports, all images cached and
 * overlays shown.
 */
export async function* scrolling(page: Page, rounds: number): AsyncIterable<Figure> {
  await pane(page, 0).focus()
  await page.keyboard.press('o')
  const small = await visits(page, rounds)
  yield medianFigure(small.map(slowestPane), {
    name: 'scrolling, 1280x800',
    unit: 'frames/s',
    bar: 50,
    isLeast: true,
  })
  await page.setViewportSize(largeScreen)
  // Without a graphics card the browser itself, not the page, is what such a screen waits for.
  const large = await visits(page, rounds)
  yield medianFigure(large.map(slowestPane), { name: 'scrolling, 2560x1440', unit: 'frames/s', bar: null })
}

async function visits(page: Page, rounds: number): Promise<Scrolled[]> {
  await scroll(page) // fetches, paints
  await sleep(3000)
  const measured: Scrolled[] = []
  for (let round = 0; round < rounds; round++) measured.push(await scroll(page))
  return measured
}

function scroll(page: Page): Promise<Scrolled> {
  return page.evaluate(([first, count, ms]) => window.probe.scroll(first, count, ms), [
    'pane-0',
    slices,
    visitMs,
  ] as const)
}

/** New images a second in the viewport that had the fewest. */
function slowestPane({ changes, ms }: Scrolled): number {
  return (1000 * Math.min(...panes.map((name) => changes[name] ?? 0))) / ms
}
