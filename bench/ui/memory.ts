import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import type { UiBenchContext } from './context.ts'
import type { Figure } from './figure.ts'
import { browseTo, openHere, openWatchedPage, sampleStudy, withApplication } from './steps.ts'

const studies = 20
/** By then everything that is loaded once has been, and the list of studies opened recently is full. */
const warm = 8

interface Held {
  readonly heap: number
  /** Memory of array buffers, which hold images. */
  readonly buffers: number
  readonly nodes: number
  readonly listeners: number
}

/**
 * What a page holds after so many studies were opened, scrolled and closed, against what it held when it was
 * warm.
 */
export async function* memory({ folder }: UiBenchContext): AsyncIterable<Figure> {
  const held = await withApplication(async (application) =>
    holdings(await openWatchedPage(application), folder),
  )
  const growth = (what: keyof Held): Figure => {
    const values = held.map((each) => each[what])
    const [before = NaN, after = NaN] = [values[warm - 1], values.at(-1)]
    const name = `growth of ${names[what]}, study ${warm} to ${studies}`
    const isCount = what === 'nodes' || what === 'listeners'
    return {
      name,
      unit: '%',
      value: 100 * (after / before - 1),
      bar: 10,
      rounds: isCount ? values : values.map((bytes) => bytes / 1e6),
    }
  }
  yield* (['heap', 'buffers', 'nodes', 'listeners'] as const).map(growth)
}

const names = { heap: 'the heap', buffers: 'buffers', nodes: 'DOM nodes', listeners: 'listeners' } as const

async function holdings(page: Page, folder: string): Promise<Held[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const held: Held[] = []
  for (let number = 1; number <= studies; number++) {
    const study = `study-${number}`
    await cp(sampleStudy, join(folder, study), { recursive: true })
    await openScrollClose(page, join(folder, study), study)
    held.push(await holding(page, session))
  }
  return held
}

async function openScrollClose(page: Page, folder: string, title: string): Promise<void> {
  await browseTo(page, folder)
  await openHere(page)
  await page.evaluate(() => window.probe.scroll('pane-0', 28, 2000))
  await page.getByRole('button', { name: `Close ${title}`, exact: true }).click()
  await page.getByRole('button', { name: 'Open the sample study' }).waitFor()
  await page.evaluate(() => {
    window.probe.clear()
  })
}

async function holding(page: Page, session: CDPSession): Promise<Held> {
  // Twice: what the first collection finalises, the second takes away.
  for (let i = 0; i < 2; i++) {
    await page.waitForTimeout(500)
    await session.send('HeapProfiler.collectGarbage')
  }
  const { metrics } = await session.send('Performance.getMetrics')
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? NaN
  const { backingStorageSize } = await session.send('Runtime.getHeapUsage')
  return {
    heap: metric('JSHeapUsedSize'),
    buffers: backingStorageSize,
    nodes: metric('Nodes'),
    listeners: metric('JSEventListeners'),
  }
}
