import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { inspectPaths } from '../../engine/inspect/inspect-paths.ts'
import type { BenchContext } from '../context.ts'
import { median } from '../interleave.ts'
import type { BenchRow } from '../row.ts'
import { writeCopies } from '../series-copies.ts'

const files = 1000

/**
 * How long `inspect` takes for a folder of 1,000 CT images of 512x512 whose files are in the system's cache.
 */
export async function* scanSection({ folder, sample }: BenchContext): AsyncIterable<BenchRow> {
  const series = await writeCopies(sample.image, files, join(folder, 'scan'))
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    await inspectPaths([series])
    times.push((performance.now() - start) / 1000)
  }
  const row = {
    name: `inspect, ${files} files`,
    unit: 's',
    ours: median(times),
    bar: 3,
    barIsAbsolute: true,
  } as const
  yield {
    ...row,
    theirs: null,
    ratio: null,
    bestRatio: null,
    peakShare: null,
    notes: ['the bar is in seconds'],
  }
}
