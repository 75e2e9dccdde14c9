import type { Page } from 'playwright-core'

/** Adds a model by the dialog, its card beside it where there is one; the model step is open. */
export async function addModel(page: Page, folder: string, file: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a model…' }).click()
  await page.getByRole('button', { name: 'Choose a file' }).first().click()
  const files = page.getByRole('dialog').last()
  await files.getByTestId('files').locator('button, p').first().waitFor()
  await files.getByLabel('Folder', { exact: true }).fill(folder)
  await files.getByRole('button', { name: 'Go' }).click()
  await files.getByRole('button', { name: file }).click()
  await files.getByRole('button', { name: `Open ${file}` }).click()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
}
