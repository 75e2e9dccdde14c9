import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { readBytes } from '../../src/adapters/fs/read-file.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { imageResult } from '../../src/engine/export/image-result.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { describeApplication, type Application } from '../support/application.ts'
import { seriousFindings } from '../support/axe.ts'
import { drag, pane, pointIn, startAttack, untilRun } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample/study')
/** The sample's first slices: enough that a run is cancelled, or its engine killed, in mid-attack. */
const names = readdirSync(sample)
  .filter((name) => name.endsWith('.dcm'))
  .sort()
  .slice(0, 12)

async function openStudy(application: Application): Promise<Page> {
  const study = join(application.home, 'study')
  mkdirSync(study, { recursive: true })
  for (const name of [...names, 'labels.csv']) copyFileSync(join(sample, name), join(study, name))
  const page = await application.open({ query: new URLSearchParams({ study }).toString() })
  await pane(page, 0).locator('[data-shown]').waitFor({ timeout: 30_000 })
  return page
}

async function firstValues(path: string): Promise<ArrayLike<number>> {
  const [pixels] = await decodeFrames(parseInstance(await readBytes({ path }), { file: path }))
  return pixels!.frame.values
}

/** Folder of the latest run. */
function latestRun({ home }: Application): string {
  return join(home, 'runs', readdirSync(join(home, 'runs')).sort().at(-1)!)
}

describeApplication('runs under control', (application) => {
  it('a region drawn in the viewport is where the attack changes the image, and nowhere else', async () => {
    const page = await openStudy(application())
    await pane(page, 0).focus()
    await page.keyboard.press('x')
    await drag(page, await pointIn(pane(page, 0), 0.35, 0.35), await pointIn(pane(page, 0), 0.6, 0.55))
    await page.getByRole('tab', { name: 'Attack' }).click()
    await expect
      .poll(() => page.getByTestId('region').innerText())
      .toMatch(/Only what is drawn may change: \d+\.\d %/)
    await page.getByText('This slice').click()
    await page.getByLabel('Steps').fill('3')
    await startAttack(page)
    await untilRun(page, 'done')

    const exported = join(latestRun(application()), 'export')
    const { file, exported: made } = imageResult.parse(
      JSON.parse(readFileSync(join(exported, 'images/0001.json'), 'utf8')),
    )
    const [before, after] = [
      await firstValues(join(sample, file)),
      await firstValues(join(exported, made.series.path)),
    ]
    const changed = Array.from(before).flatMap((value, i) =>
      value === after[i] ? [] : [[i % 512, Math.floor(i / 512)]],
    )
    const [columns, rows] = [0, 1].map((axis) => changed.map((place) => place[axis]!))
    expect(changed.length).toBeGreaterThan(1000)
    const extent = (values: number[]) => Math.max(...values) - Math.min(...values)
    expect(extent(columns!)).toBeLessThan(512 * 0.3)
    expect(extent(rows!)).toBeLessThan(512 * 0.25)
    await page.context().close()
  }, 240_000)

  it('a run is cancelled, keeps what it has, and goes on where it was', async () => {
    const page = await openStudy(application())
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByLabel('Steps').fill('20')
    await startAttack(page)
    await page.getByTestId('slices').locator('tbody tr').first().waitFor({ timeout: 120_000 })
    await page.getByTestId('job').getByRole('button').click()
    await untilRun(page, 'cancelled')
    const done = readdirSync(join(latestRun(application()), 'export/images')).length
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(names.length)
    await page.getByRole('button', { name: 'Go on' }).click()
    // There as long as the run is still the cancelled one.
    await page.getByRole('button', { name: 'Go on' }).waitFor({ state: 'hidden' })
    await untilRun(page, 'done')
    expect(readdirSync(join(latestRun(application()), 'export/images'))).toHaveLength(names.length)
    await page.context().close()
  }, 400_000)

  it('an engine killed in mid-attack loses at most the slices in work, and the run goes on', async () => {
    let page = await openStudy(application())
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByLabel('Steps').fill('20')
    await startAttack(page)
    await page.getByTestId('slices').locator('tbody tr').first().waitFor({ timeout: 120_000 })
    await application().crash()
    await expect
      .poll(() => page.getByTestId('run-state').innerText(), { timeout: 20_000 })
      .toMatch(/engine lost/i)
    await page.context().close()

    page = await application().open()
    await page.getByRole('tab', { name: 'Runs' }).click()
    const run = page.getByTestId('run').filter({ hasText: /interrupted/i })
    await run.getByRole('button', { name: /What to do with/ }).click()
    await page.getByRole('menuitem', { name: 'Go on' }).click()
    await page.getByTestId('run').first().getByRole('button').first().click()
    await untilRun(page, 'done')
    expect(readdirSync(join(latestRun(application()), 'export/images'))).toHaveLength(names.length)
    await page.context().close()
    application().complaints()
  }, 400_000)

  it('a run is compared with another, renamed, its settings are used again, and it is deleted when the user says so twice', async () => {
    const page = await application().open()
    await page.getByRole('tab', { name: 'Runs' }).click()
    const runs = page.getByTestId('run')
    await expect.poll(() => runs.count()).toBe(3)
    const [latest = ''] = await runs
      .first()
      .getByRole('button')
      .first()
      .innerText()
      .then((text) => text.split('\n'))
    expect(latest).toBe('SMIA 8/255, phantom-thorax, study')
    const ask = async (what: string) => {
      await runs
        .first()
        .getByRole('button', { name: /What to do with/ })
        .click()
      await page.getByRole('menuitem', { name: what }).click()
    }
    await runs.nth(1).getByRole('button').first().click()
    await untilRun(page, 'done')
    await ask('Compare with')
    const compared = page.getByRole('dialog')
    await expect
      .poll(() => compared.getByTestId('fooled-together').innerText(), { timeout: 20_000 })
      .toMatch(/\d+ fooled by both/)
    expect(
      await compared.getByRole('table', { name: 'What was asked for' }).locator('[data-differs]').count(),
    ).toBe(0)
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: 'Runs' }).click()
    await ask('Rename')
    await page.getByLabel('Name', { exact: true }).fill('Twenty steps')
    await page.keyboard.press('Enter')
    await runs.filter({ hasText: 'Twenty steps' }).waitFor()
    await ask('Use its settings')
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Steps' }).inputValue(), { timeout: 20_000 })
      .toBe('20')
    await page.getByRole('tab', { name: 'Runs' }).click()
    await page.getByLabel('Search runs').fill('twenty STEPS')
    await page.getByText('1 of 3 runs').waitFor()
    await page.getByLabel('Search runs').fill('')
    await page.getByLabel('Runs that are listed').selectOption('Stopped or failed')
    await page.getByText('0 of 3 runs').waitFor()
    await page.getByLabel('Runs that are listed').selectOption('All')
    await page.getByLabel('Order').selectOption('Oldest first')
    await expect.poll(() => runs.last().innerText()).toContain('Twenty steps')
    await page.getByLabel('Order').selectOption('Latest first')
    expect(await seriousFindings(page)).toEqual([])
    await ask('Delete')
    await page.getByRole('button', { name: 'Keep' }).click()
    expect(await runs.count()).toBe(3)
    await ask('Delete')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => runs.count()).toBe(2)
    expect(readdirSync(join(application().home, 'runs'))).toHaveLength(2)
    await runs.first().getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Tick all listed' }).click()
    await page.getByRole('button', { name: 'Delete 2' }).click()
    await page.getByText('The 2 runs that are ticked').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => runs.count()).toBe(0)
    expect(readdirSync(join(application().home, 'runs'))).toHaveLength(0)
    expect(application().complaints()).toEqual([])
    await page.context().close()
  }, 120_000)

  it('a run that fails says why, and whoever waits for it hears it', async () => {
    const page = await openStudy(application())
    await page.getByRole('tab', { name: 'Attack' }).click()
    await page.getByLabel('Labels file').fill(join(application().home, 'nowhere.csv'))
    await startAttack(page)
    await expect(untilRun(page, 'done')).rejects.toThrow(/The run is failed, expected done: .*nowhere\.csv/s)
    await page.context().close()
  }, 60_000)
})
