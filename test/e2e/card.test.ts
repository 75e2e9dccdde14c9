import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { seriousFindings } from '../support/axe.ts'
import { describeApplication, smallScreen } from '../support/application.ts'
import { keepScreenshot, pane } from '../support/viewports.ts'

const sample = join(import.meta.dirname, '../../resources/sample')

/** Drops a file on the window, as the desktop application hears of it: with its path. */
async function drop(page: Page, path: string): Promise<void> {
  await page.evaluate((dropped) => {
    const bridge = { pathOf: () => dropped, onMenu: () => () => undefined, onEngine: () => () => undefined }
    Object.assign(window, { radversary: bridge })
    const data = new DataTransfer()
    data.items.add(new File([], dropped.split('/').at(-1)!))
    const target = document.querySelector('main')!
    target.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }))
    Object.assign(window, { radversary: undefined })
  }, path)
}

/** Choices that are wider than their field. */
function cutChoices(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLSelectElement>('[role=dialog] select')].flatMap((select) => {
      const { font, paddingLeft, paddingRight } = getComputedStyle(select)
      const pen = document.createElement('canvas').getContext('2d')!
      pen.font = font
      const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
      return [...select.options].map(({ text }) => text).filter((text) => pen.measureText(text).width > room)
    }),
  )
}

/** Elements of the dialog whose text is cut off. */
function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[role=dialog] *')]
      .filter(({ children }) => children.length === 0)
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      .filter((element) => !['TEXTAREA', 'INPUT', 'SELECT', 'OPTION'].includes(element.tagName))
      .filter((element) => getComputedStyle(element).overflowX !== 'visible')
      .map(({ innerText }) => innerText),
  )
}

describeApplication('a model that has no card yet', (application) => {
  let page: Page
  let model: string
  const dialog = () => page.getByRole('dialog')
  const toFill = () => dialog().getByRole('status').last()
  beforeAll(async () => {
    const folder = join(application().home, 'new')
    mkdirSync(folder)
    model = join(folder, 'lungs.onnx')
    copyFileSync(join(sample, 'model/phantom-thorax.onnx'), model)
    const query = new URLSearchParams({ study: join(sample, 'study') }).toString()
    page = await application().open({ size: { width: 1440, height: 900 }, query })
    await page.locator('[data-shown]').first().waitFor({ timeout: 30_000 })
  }, 90_000)

  it('is read when it is dropped, and says what it needs and why', async () => {
    await drop(page, model)
    await dialog()
      .getByText(/^lungs\.onnx:/)
      .waitFor()
    expect(await dialog().getByLabel('Order of axes').inputValue()).toBe('NCHW')
    expect(await toFill().innerText()).toMatch(/^\d+ fields to fill in/)
    const intensity = dialog().getByLabel(/^What becomes 0 and 1/)
    const why = await intensity.evaluate((input) =>
      (input.getAttribute('aria-describedby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id)?.innerText),
    )
    expect(why.join()).toMatch(/wrong window is another image.*does not say which intensities became 0 and 1/)
    expect(await dialog().getByRole('button', { name: 'Add', exact: true }).isDisabled()).toBe(true)
    await dialog().getByRole('button', { name: 'Show the first' }).click()
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('card-intensity-kind')
  })

  it('shows beside the image what it would see, once that is filled in', async () => {
    await dialog().getByText('It comes when').waitFor()
    await dialog().getByRole('button', { name: 'CT lung window' }).click()
    await dialog()
      .getByLabel(/^Fit into the frame/)
      .selectOption('stretch')
    await dialog()
      .getByLabel(/^Resampling/)
      .selectOption('bilinear-antialiased')
    await dialog().getByLabel(/^Mean/).fill('0.5')
    await dialog()
      .getByLabel(/^Standard deviation/)
      .fill('0.25')
    await dialog().getByTestId('seen').waitFor()
    const clipped = dialog().getByTestId('clipped')
    const before = await clipped.innerText()
    expect(before).toMatch(/^Clipped: [\d.]+ % darker than -1350 HU, [\d.]+ % brighter than 150 HU$/)
    await dialog()
      .getByLabel(/^Width, HU/)
      .fill('100')
    await expect
      .poll(() => clipped.innerText(), { timeout: 10_000 })
      .toMatch(/darker than -650 HU, .* brighter than -550 HU/)
    await dialog()
      .getByLabel(/^Width, HU/)
      .fill('1500')
    await expect.poll(() => clipped.innerText(), { timeout: 10_000 }).toBe(before)
  })

  it('takes numbers as they are typed, with decimals and a minus', async () => {
    const center = dialog().getByLabel(/^Center, HU/)
    for (const typed of ['0.05', '-550.25', '-600']) {
      await center.fill('')
      await center.pressSequentially(typed, { delay: 20 })
      expect(await center.inputValue()).toBe(typed)
    }
    const std = dialog().getByLabel(/^Standard deviation/)
    await std.fill('')
    await std.pressSequentially('0.205')
    await std.blur()
    await expect.poll(() => std.inputValue()).toBe('0.205')
    await std.fill('0.25')
    const clip = dialog().getByLabel('Clip to the range')
    expect(await clip.isChecked()).toBe(true)
    await clip.click({ force: true })
    const clipped = dialog().getByTestId('clipped')
    await expect.poll(() => clipped.innerText(), { timeout: 10_000 }).toMatch(/^Not clipped: /)
    await clip.click({ force: true })
    await expect.poll(() => clipped.innerText(), { timeout: 10_000 }).toMatch(/^Clipped: /)
    expect(await dialog().getByLabel('Clip to the range').isChecked()).toBe(true)
  })

  it('predicts five slices, and says how that agrees with the labels, as fields change', async () => {
    await dialog()
      .getByLabel(/^Outputs are/)
      .selectOption('logits')
    const activation = dialog().getByLabel(/^What outputs stand for/)
    if ((await activation.inputValue()) === '') await activation.selectOption('softmax')
    await dialog()
      .getByLabel(/^Classes/)
      .fill('no lesion\nsolid nodule\nground-glass opacity')
    await expect.poll(() => toFill().innerText(), { timeout: 10_000 }).toBe('Nothing is missing.')
    const table = dialog().getByRole('table', { name: 'What it says of them' })
    await expect.poll(() => table.locator('tbody tr').count(), { timeout: 20_000 }).toBe(5)
    const agreement = dialog().getByTestId('agreement')
    const right = () => expect.poll(() => agreement.innerText(), { timeout: 20_000 })
    await right().toBe('4 of 5 as labelled')
    await dialog().getByLabel(/^Mean/).fill('0.435')
    await dialog()
      .getByLabel(/^Standard deviation/)
      .fill('0.2804')
    await right().toBe('5 of 5 as labelled')
    await dialog()
      .getByLabel(/^Center, HU/)
      .fill('2000')
    await right().toMatch(/^[0-4] of 5/)
    await dialog()
      .getByLabel(/^Center, HU/)
      .fill('-600')
    await right().toBe('5 of 5 as labelled')
    await keepScreenshot(page, 'card')
  }, 60_000)

  it('tells a fault at its field', async () => {
    const std = dialog().getByLabel(/^Standard deviation/)
    await std.fill('0')
    await expect.poll(() => std.getAttribute('aria-invalid'), { timeout: 10_000 }).toBe('true')
    expect(await toFill().innerText()).toMatch(/^1 field to mend/)
    await std.fill('0.2804')
    await expect.poll(() => toFill().innerText(), { timeout: 10_000 }).toBe('Nothing is missing.')
  })

  it('can be written as JSON, which is the same card', async () => {
    await dialog().getByText('JSON', { exact: true }).click()
    const json = dialog().getByLabel('The card as JSON')
    const card = JSON.parse(await json.inputValue()) as { mean: number[] }
    expect(card).toMatchObject({
      mean: [0.435],
      std: [0.2804],
      intensity: { kind: 'hu-window', width: 1500 },
    })
    await dialog().getByRole('button', { name: '8-bit X-ray' }).click()
    await expect.poll(() => json.inputValue()).toMatch(/"stored-range"/)
    await dialog().getByRole('button', { name: 'CT lung window' }).click()
    await expect.poll(() => json.inputValue()).toMatch(/"hu-window"/)
    await json.press('Control+End')
    await json.pressSequentially(' ')
    expect(await json.inputValue()).toMatch(/"hu-window"/)
    await json.fill(JSON.stringify({ ...card, provenance: { source: 'phantom' } }))
    await dialog().getByText('Form', { exact: true }).click()
    await expect
      .poll(() =>
        dialog()
          .getByLabel(/^Source/)
          .inputValue(),
      )
      .toBe('phantom')
  })

  it('has rows for steps of a normalisation and references, which come and go', async () => {
    const sections = dialog().getByRole('group')
    await dialog().getByRole('button', { name: 'Add a step' }).click()
    await dialog()
      .getByLabel(/^What is done/)
      .selectOption('z-score')
    const region = dialog().getByLabel(/^Over which pixels/)
    await region.selectOption('above')
    await dialog()
      .getByLabel(/^Above/)
      .pressSequentially('-0.5')
    const channels = dialog().getByLabel(/^Channels/)
    await channels.selectOption('Several: listed below')
    await dialog()
      .getByLabel(/^What it shows/)
      .selectOption('window')
    await dialog()
      .getByLabel(/^Slice, from the image/)
      .waitFor()
    await dialog()
      .getByLabel(/^Width/)
      .first()
      .fill('80')
    await dialog().getByRole('button', { name: 'Add a channel' }).click()
    await dialog().getByText('Channel 2', { exact: true }).waitFor()
    await dialog()
      .getByLabel(/^What it shows/)
      .last()
      .selectOption('series')
    await dialog()
      .getByLabel(/^What the series is found by/)
      .fill('SeriesDescription = flair')
    if (process.env['SHOTS'] !== undefined) {
      await channels.scrollIntoViewIfNeeded()
      await page.screenshot({ path: join(process.env['SHOTS'], 'rows channels.png') })
    }
    await dialog().getByText('JSON', { exact: true }).click()
    const listed = await dialog().getByLabel('The card as JSON').inputValue()
    expect(JSON.parse(listed)).toMatchObject({
      input: {
        channels: [
          { kind: 'window', width: 80 },
          { kind: 'series', match: { SeriesDescription: 'flair' } },
        ],
      },
    })
    await dialog().getByText('Form', { exact: true }).click()
    await channels.selectOption('1: grey')
    await dialog().getByRole('button', { name: 'Add a reference' }).click()
    await dialog()
      .getByLabel(/^The graph’s output/)
      .fill('out.npy')
    await expect.poll(() => toFill().innerText(), { timeout: 10_000 }).toMatch(/1 field to mend/)
    if (process.env['SHOTS'] !== undefined)
      for (const [name, size] of [
        ['1280', smallScreen],
        ['1440', { width: 1440, height: 900 }],
      ] as const) {
        await page.setViewportSize(size)
        for (const row of ['Step 1', 'Reference 1']) {
          await sections.getByText(row, { exact: true }).scrollIntoViewIfNeeded()
          await page.screenshot({ path: join(process.env['SHOTS'], `rows ${name} ${row}.png`) })
        }
      }
    await dialog().getByText('JSON', { exact: true }).click()
    const json = await dialog().getByLabel('The card as JSON').inputValue()
    expect(JSON.parse(json)).toMatchObject({
      normalisation: [{ kind: 'z-score', region: { kind: 'above', value: -0.5 } }],
      references: [{ output: 'out.npy' }],
    })
    await dialog().getByText('Form', { exact: true }).click()
    expect(await seriousFindings(page)).toEqual([])
    expect(await cutTexts(page)).toEqual([])
    expect(await cutChoices(page)).toEqual([])
    await dialog().getByRole('button', { name: 'Remove Step 1' }).click()
    await dialog().getByRole('button', { name: 'Remove Reference 1' }).click()
    await expect.poll(() => toFill().innerText(), { timeout: 10_000 }).toBe('Nothing is missing.')
    await dialog().getByText('The graph has no other inputs.').waitFor()
  }, 40_000)

  describe.each([
    ['1280x800', smallScreen],
    ['1440x900', { width: 1440, height: 900 }],
    ['1280x800 at 200 %', { width: 640, height: 400 }],
  ])('at %s', (name, size) => {
    it('its form has no serious findings and no text that is cut off', async () => {
      await page.setViewportSize(size)
      await page.waitForTimeout(400)
      expect(await seriousFindings(page)).toEqual([])
      expect(await cutTexts(page)).toEqual([])
      expect(await cutChoices(page)).toEqual([])
      const box = await dialog().boundingBox()
      expect(box!.x).toBeGreaterThanOrEqual(0)
      expect(box!.x + box!.width).toBeLessThanOrEqual(size.width)
      if (process.env['SHOTS'] !== undefined)
        await page.screenshot({ path: join(process.env['SHOTS'], `card ${name.replace(/\W+/g, '-')}.png`) })
    }, 30_000)
  })

  it('is kept with its card, also beside the file, and is edited later', async () => {
    await page.setViewportSize(smallScreen)
    await dialog().getByLabel('Write the card beside the model’s file').check()
    await dialog().getByRole('button', { name: 'Add', exact: true }).click()
    await dialog().waitFor({ state: 'detached' })
    const beside = join(model, '../lungs.card.json')
    expect(existsSync(beside)).toBe(true)
    expect(JSON.parse(readFileSync(beside, 'utf8'))).toMatchObject({ provenance: { source: 'phantom' } })
    const table = page.getByRole('table', { name: 'Model card' })
    await table.getByText('phantom').waitFor()
    await page.getByRole('button', { name: 'Edit the card…' }).click()
    await dialog()
      .getByLabel(/^Source/)
      .fill('a phantom of lungs')
    await dialog().getByRole('button', { name: 'Save the card' }).click()
    await dialog().waitFor({ state: 'detached' })
    await table.getByText('a phantom of lungs').waitFor()
  })

  it('has another gradient with another card', async () => {
    const versions: (string | null)[] = []
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname.endsWith('/gradient')) versions.push(searchParams.get('version'))
    })
    await pane(page, 0).focus()
    await page.keyboard.press('o')
    await page.getByTestId('legend').waitFor({ timeout: 20_000 })
    const before = versions.at(-1)
    await page.getByRole('button', { name: 'Edit the card…' }).click()
    await dialog()
      .getByLabel(/^Width, HU/)
      .fill('800')
    await dialog().getByRole('button', { name: 'Save the card' }).click()
    await dialog().waitFor({ state: 'detached' })
    await expect.poll(() => versions.at(-1), { timeout: 20_000 }).not.toBe(before)
    expect(application().complaints()).toEqual([])
  })
})

describeApplication('a model whose card lies beside it', (application) => {
  let page: Page
  let folder: string
  const dialog = () => page.getByRole('dialog')
  const source = () => dialog().getByLabel(/^Source/)
  const add = () => dialog().getByRole('button', { name: 'Add', exact: true })
  const beside = () => readFileSync(join(folder, 'card.json'), 'utf8')
  beforeAll(async () => {
    folder = join(application().home, 'carded')
    mkdirSync(folder)
    copyFileSync(join(sample, 'model/phantom-thorax.onnx'), join(folder, 'lungs.onnx'))
    copyFileSync(join(sample, 'model/phantom-thorax.card.json'), join(folder, 'card.json'))
    page = await application().open({ size: smallScreen })
    await drop(page, join(folder, 'lungs.onnx'))
    await dialog().getByText('Its card: card.json').waitFor()
  }, 90_000)

  it('is not written over before its name is known to be free', async () => {
    const before = beside()
    await source().fill('an edited phantom')
    await dialog().getByLabel('Write the card beside the model’s file').check()
    const replace = dialog().getByLabel('Replace the card that lies there')
    await replace.waitFor()
    expect(await add().isDisabled()).toBe(true)
    await replace.check()
    await add().click()
    await dialog()
      .getByText(/expected a new name, got phantom-thorax/)
      .waitFor({ timeout: 20_000 })
    expect(beside()).toBe(before)
    expect(await dialog().getByText('Its card: card.json').count()).toBe(1)
  }, 60_000)

  it('is written over after an edit, once that is said', async () => {
    await dialog().getByLabel(/^Name/).fill('lungs-of-mine')
    await add().click()
    await dialog().waitFor({ state: 'detached', timeout: 20_000 })
    expect(JSON.parse(beside())).toMatchObject({
      name: 'lungs-of-mine',
      provenance: { source: 'an edited phantom' },
    })
    await page.getByRole('table', { name: 'Model card' }).getByText('an edited phantom').waitFor()
    await page.context().close()
  }, 60_000)
})
