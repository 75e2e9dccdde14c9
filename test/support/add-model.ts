import type { Page } from 'playwright-core'

/** Picks a model in the dialog that adds one; the model step is open. */
export async function pickModel(page: Page, folder: string, file: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a model…' }).click()
  await page.getByRole('button', { name: 'Choose a file' }).first().click()
  const files = page.getByRole('dialog').last()
  await files.getByTestId('files').locator('button, p').first().waitFor()
  await files.getByLabel('Folder', { exact: true }).fill(folder)
  await files.getByRole('button', { name: 'Go' }).click()
  await files.getByRole('button', { name: file }).click()
  await files.getByRole('button', { name: `Open ${file}` }).click()
}

/** Adds a model whose card lies beside it. */
export async function addModel(page: Page, folder: string, file: string): Promise<void> {
  await pickModel(page, folder, file)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
