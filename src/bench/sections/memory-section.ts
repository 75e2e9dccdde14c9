import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { BenchContext } from '../context.ts'
import type { BenchRow } from '../row.ts'
import { writeCopies } from '../series-copies.ts'

const run = promisify(execFile)
const [few, many] = [100, 1000]
const attackReport = z.object({ peakMemoryBytes: z.number() })

/**
 * Peak memory of attacks (I-FGSM, 2 steps, the sample's model) on 1,000 and on 100 slices of 512x512, each in
 * a process of its own.
 */
export async function* memorySection(context: BenchContext): AsyncIterable<BenchRow> {
  const theirs = await peakMegabytes(few, context)
  const ours = await peakMegabytes(many, context)
  const name = `peak memory, ${many} slices against ${few}`
  yield {
    name,
    unit: 'MB',
    ours,
    theirs,
    ratio: ours / theirs,
    bestRatio: null,
    bar: 1.1,
    peakShare: null,
    notes: [],
  }
}

async function peakMegabytes(
  slices: number,
  { folder, sample, commandLine: [command = '', ...args] }: BenchContext,
): Promise<number> {
  const study = await writeCopies(sample.image, slices, join(folder, `memory-${slices}`))
  const out = join(folder, `memory-${slices}-out`)
  const options = [
    '--method',
    'i-fgsm',
    '--steps',
    '2',
    '--device',
    'cpu',
    '--export',
    'series,perturbation',
    '--json',
    '--out',
    out,
  ]
  const attack = ['attack', '--study', study, '--model', sample.model, ...options]
  const { stdout } = await run(command, [...args, ...attack], { maxBuffer: 2 ** 28 })
  await Promise.all([study, out].map((done) => rm(done, { recursive: true })))
  return attackReport.parse(JSON.parse(stdout)).peakMemoryBytes / 2 ** 20
}
