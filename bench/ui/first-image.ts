import { join } from 'node:path'
import { writeCopies } from '../../src/bench/series-copies.ts'
import { medianFigure, type Figure } from './figure.ts'
import type { UiBenchContext } from './context.ts'
import { browseTo, openHere, openWatchedPage, sampleStudy, withApplication } from './steps.ts'

/**
 * From the choice of a folder to its first image, in a program that was just started; files are in the
 * system's cache.
 */
export async function* firstImage({ folder, rounds }: UiBenchContext): AsyncIterable<Figure> {
  const sample = await inRounds(rounds, sampleStudy)
  yield medianFigure(sample, { name: 'first image, 28 slices of 512x512', unit: 'ms', bar: 1000 })
  const large = await writeCopies(join(sampleStudy, '15.dcm'), 1000, join(folder, 'thousand'))
  yield medianFigure(await inRounds(rounds, large), {
    name: 'first image, folder of 1,000 files',
    unit: 'ms',
    bar: 2000,
  })
}

async function inRounds(rounds: number, folder: string): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++)
    times.push(
      await withApplication(async (application) => {
        const page = await openWatchedPage(application)
        await browseTo(page, folder)
        return openHere(page)
      }),
    )
  return times
}
