import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { browseTo as showFolder } from '../../test/support/open-dialog.ts'
import { startApplication, type Application } from '../../test/support/start-application.ts'
import { untilDrawn } from './page-measures.ts'
import { probeScript } from './page-probe.ts'

export const sampleStudy = join(import.meta.dirname, '../../resources/sample/study')

/** Does something with an application of its own, so that nothing is warm that a user would find cold. */
export async function withApplication<Result>(
  work: (application: Application) => Promise<Result>,
): Promise<Result> {
  const application = await startApplication()
  try {
    return await work(application)
  } finally {
    await application.end()
  }
}

/** A page that is watched, once the choice of the device has ended. */
export async function openWatchedPage(application: Application): Promise<Page> {
  const page = await application.open()
  await page.getByTestId('device').filter({ hasNotText: 'Checking' }).waitFor()
  await page.evaluate(probeScript)
  return page
}

/** Opens the dialog and goes to a folder that holds images. */
export async function browseTo(page: Page, folder: string): Promise<void> {
  const dialog = await showFolder(page, folder)
  await dialog
    .getByRole('button', { name: /\.dcm$/ })
    .first()
    .waitFor()
}

/** Opens the folder that the dialog shows; gives the ms until its first image is on the screen. */
export function openHere(page: Page): Promise<number> {
  return untilDrawn(page, ['pane-0'], () => page.getByRole('button', { name: 'Open this folder' }).click())
}
