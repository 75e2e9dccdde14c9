import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { startApplication } from '../../test/support/start-application.ts'
import { pane, untilRun } from '../../test/support/viewports.ts'
import type { UiBenchContext } from './context.ts'
import { medianFigure, worstFigure, type Figure } from './figure.ts'
import { longestTasks, pressAndSee } from './page-measures.ts'
import { openWatchedPage } from './steps.ts'
import { scrolling } from './scrolling.ts'
import { switching } from './switching.ts'

/**
 * While the sample (28 slices) is attacked with SMIA and its user scrolls; then what came of it in four
 * linked viewports.
 */
export async function* attack({ rounds }: UiBenchContext): AsyncIterable<Figure> {
  const application = await startApplication()
  try {
    const page = await openWatchedPage(application)
    yield* duringAttack(page)
    yield* switching(page, rounds)
    yield* scrolling(page, rounds)
  } finally {
    await application.end()
  }
}

async function* duringAttack(page: Page): AsyncIterable<Figure> {
  await page.getByRole('button', { name: 'Attack the sample with SMIA' }).click()
  await pane(page, 3).waitFor()
  await pane(page, 0).locator('[data-shown]').waitFor()
  await pane(page, 0).focus()
  const answers = await scrollUntil(page, untilRun(page, 'done'))
  const tasks = await longestTasks(page)
  yield worstFigure(tasks, { name: 'longest task while an attack runs', unit: 'ms', bar: 100 })
  yield medianFigure(answers, { name: 'next slice while an attack runs', unit: 'ms', bar: 100 })
}

/** The middle slice is shown at first: so many are after it. */
const slicesToTheEnd = 13

/** Goes to the last slice and back, two slices a second, until something is done. */
async function scrollUntil(page: Page, done: Promise<void>): Promise<number[]> {
  const answers: number[] = []
  const ended = done.then(() => true)
  for (let step = 0; !(await Promise.race([ended, sleep(400, false)])); step++) {
    const key = Math.floor(step / slicesToTheEnd) % 2 === 0 ? 'ArrowDown' : 'ArrowUp'
    answers.push(await pressAndSee(page, key, ['pane-0']))
  }
  return answers
}
