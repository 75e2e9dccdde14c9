import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { pane } from '../../test/support/viewports.ts'
import type { UiBenchContext } from './context.ts'
import { medianFigure, type Figure } from './figure.ts'
import { browseTo, openHere, openWatchedPage, sampleStudy, withApplication } from './steps.ts'

const slices = 200
const visitMs = 3000
const scrolled = [
  { pane: 'pane-0', name: 'axial', count: slices },
  { pane: 'pane-1', name: 'coronal', count: 512 },
  { pane: 'pane-2', name: 'sagittal', count: 512 },
] as const

/** The three planes through 200 slices of 512x512, and the slices beside them: each of them scrolled. */
export async function* planes({ folder, rounds }: UiBenchContext): AsyncIterable<Figure> {
  const volume = await writeVolume(join(sampleStudy, '15.dcm'), join(folder, 'volume'))
  const figures = await withApplication(async (application) => {
    const page = await openWatchedPage(application)
    await browseTo(page, volume)
    await openHere(page)
    return measured(page, rounds)
  })
  yield* figures
}

async function measured(page: Page, rounds: number): Promise<Figure[]> {
  await pane(page, 0).focus()
  const start = performance.now()
  await page.keyboard.press('q')
  await pane(page, 2).locator('[data-shown]').waitFor({ timeout: 60_000 })
  const loaded = performance.now() - start
  const figures = [medianFigure([loaded], { name: 'planes of 200 slices there', unit: 'ms', bar: null })]
  for (const { pane: name, name: plane, count } of scrolled) {
    await sleep(500)
    const figure = { name: `scrolling ${plane} planes`, unit: 'frames/s', bar: 30, isLeast: true } as const
    figures.push(medianFigure(await visits(page, name, { count, rounds }), figure))
  }
  await page.getByLabel('Thickness of the slab').fill('20')
  await sleep(500)
  const slab = await visits(page, 'pane-1', { count: 512, rounds })
  figures.push(medianFigure(slab, { name: 'scrolling a slab of 20 mm', unit: 'frames/s', bar: null }))
  return figures
}

/** New images a second in the viewport that is scrolled, in each round. */
async function visits(
  page: Page,
  name: string,
  { count, rounds }: { readonly count: number; readonly rounds: number },
): Promise<number[]> {
  const found: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { changes, ms } = await page.evaluate(
      ([first, all, length]) => window.probe.scroll(first, all, length),
      [name, count, visitMs] as const,
    )
    found.push((1000 * (changes[name] ?? 0)) / ms)
  }
  return found
}

/** Tag and value representation of Image Position (Patient) (0020,0032), little endian. */
const positionHead = Buffer.from([0x20, 0x00, 0x32, 0x00, 0x44, 0x53])

/** A series of 200 slices, 1.5 mm apart, each a copy of `source`; gives the folder. */
async function writeVolume(source: string, folder: string): Promise<string> {
  const file = Buffer.from(await readFile(source))
  const { sopInstanceUid = '' } = parseInstance(file, { file: source })
  const element = file.indexOf(positionHead)
  if (element < 0) throw new Error(`${source} has no position`)
  const [dataOffset, length] = [element + 8, file.readUInt16LE(element + 6)]
  await mkdir(folder, { recursive: true })
  for (let k = 0; k < slices; k++) {
    const copy = Buffer.from(file)
    copy.write(`-180\\-180\\${1.5 * k}`.padEnd(length), dataOffset, 'latin1')
    const uid = sopInstanceUid.slice(0, -3) + String(k).padStart(3, '0')
    for (let at = copy.indexOf(sopInstanceUid); at >= 0; at = copy.indexOf(sopInstanceUid, at + 1))
      copy.write(uid, at, 'latin1')
    await writeFile(join(folder, `${k}.dcm`), copy)
  }
  return folder
}
