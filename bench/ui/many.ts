import { linkSync, mkdirSync, readdirSync, writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { writeCopies } from '../../src/bench/series-copies.ts'
import { startApplication, type Application } from '../../test/support/start-application.ts'
import { pane, untilRun } from '../../test/support/viewports.ts'
import type { UiBenchContext } from './context.ts'
import { medianFigure, worstFigure, type Figure } from './figure.ts'
import { longestTasks } from './page-measures.ts'
import { browseTo, openHere, openWatchedPage, sampleStudy } from './steps.ts'

const kept = 350
const waiting = 50

/** A study of 5,000 slices, 350 kept runs of the sample, and 50 that wait: an application after a year. */
export async function* many({ folder, rounds }: UiBenchContext): AsyncIterable<Figure> {
  const study = await writeCopies(join(sampleStudy, '15.dcm'), 5000, join(folder, 'five-thousand'))
  const application = await startApplication()
  try {
    await keepRuns(application)
    yield* listedRuns(application, rounds)
    yield await firstSlices(application, { study, rounds })
    yield await whileRunsWait(application)
  } finally {
    await application.end()
  }
}

/** One run of the sample, copied; of those that wait there is the request alone. */
async function keepRuns(application: Application): Promise<void> {
  const page = await application.open()
  await page.getByRole('button', { name: 'Attack the sample with SMIA' }).click()
  await untilRun(page, 'done')
  await page.context().close()
  const runs = join(application.home, 'runs')
  const [first = ''] = readdirSync(runs)
  for (let number = 1; number < kept; number++) linkAll(join(runs, first), join(runs, idOf(number)))
  for (let number = kept; number < kept + waiting; number++) {
    mkdirSync(join(runs, idOf(number)))
    writeFileSync(join(runs, idOf(number), 'request.json'), readFileSync(join(runs, first, 'request.json')))
  }
}

/** Those that wait are the oldest, and so the last of the list. */
function idOf(number: number): string {
  const year = number < kept ? 2025 : 2024
  return `${year}0101-000000-${number.toString(16).padStart(6, '0')}`
}

function linkAll(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkAll(source, target)
    else linkSync(source, target)
  }
}

async function firstSlices(
  application: Application,
  { study, rounds }: { readonly study: string; readonly rounds: number },
): Promise<Figure> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    await application.crash()
    const page = await openWatchedPage(application)
    await browseTo(page, study)
    times.push(await openHere(page))
    await page.context().close()
  }
  return medianFigure(times, { name: 'first image, folder of 5,000 files', unit: 'ms', bar: 2000 })
}

async function* listedRuns(application: Application, rounds: number): AsyncIterable<Figure> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    await application.crash()
    const page = await openWatchedPage(application)
    times.push(await untilListed(page))
    await page.context().close()
  }
  yield medianFigure(times, { name: 'list of 400 runs, in a program just started', unit: 'ms', bar: 500 })
}

/** From the click on the tab to the first run of the list. */
async function untilListed(page: Page): Promise<number> {
  const start = performance.now()
  await page.getByRole('tab', { name: 'Runs' }).click()
  await page.getByTestId('run').first().waitFor()
  return performance.now() - start
}

/** With results open and runs at work, of which all but one wait. */
async function whileRunsWait(application: Application): Promise<Figure> {
  const page = await openWatchedPage(application)
  await untilListed(page)
  await page.getByTestId('run').first().getByRole('button').first().click()
  await pane(page, 3).waitFor()
  await page.evaluate(() => {
    window.probe.clear()
  })
  await page.evaluate(
    goOn,
    Array.from({ length: waiting }, (_, index) => idOf(kept + index)),
  )
  await page.waitForTimeout(15_000)
  const tasks = await longestTasks(page)
  await page.context().close()
  return worstFigure(tasks, { name: 'longest task, results open and 50 runs queued', unit: 'ms', bar: 100 })
}

/** Asks the engine to go on with runs, as the list's menu does. */
async function goOn(runs: readonly string[]): Promise<void> {
  for (const run of runs)
    await fetch('/api/runs.resume?batch=1', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ 0: { run } }),
    }).then((answer) => {
      if (!answer.ok) throw new Error(`runs.resume: expected 200, got ${answer.status}`)
    })
}
