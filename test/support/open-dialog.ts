import type { Locator, Page } from 'playwright-core'

/** Shows a folder in the open dialog, once that has listed the folder it begins with. */
export async function browseTo(page: Page, folder: string): Promise<Locator> {
  const dialog = page.getByRole('dialog')
  if (!(await dialog.isVisible())) await page.keyboard.press('Control+o')
  await dialog.getByTestId('files').locator('button, p').first().waitFor()
  await dialog.getByLabel('Folder', { exact: true }).fill(folder)
  await dialog.getByRole('button', { name: 'Go' }).click()
  return dialog
}
