import type { Page } from 'playwright-core'

/** Uses the page; gives the ms until these viewports have been drawn. */
export async function untilDrawn(
  page: Page,
  panes: readonly string[],
  use: () => Promise<void>,
): Promise<number> {
  // Armed before the input, which takes another way to the page and could come first.
  await page.evaluate((names) => {
    window.probe.await(names)
  }, panes)
  await use()
  return page.evaluate(() => window.probe.answer())
}

/** Presses a key; gives the ms until these viewports have been drawn. */
export function pressAndSee(page: Page, key: string, panes: readonly string[]): Promise<number> {
  return untilDrawn(page, panes, () => page.keyboard.press(key))
}

/** Tasks over 50 ms, the longest first, at most eight. */
export async function longestTasks(page: Page): Promise<number[]> {
  const tasks = await page.evaluate(() => [...window.probe.longTasks])
  return tasks.sort((a, b) => b - a).slice(0, 8)
}
