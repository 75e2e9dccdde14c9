import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Finding } from './campaign.ts'
import { lanes } from './lanes.ts'

const usage = `npm run fuzz -- [--only ${[...lanes.keys()].join(',')}] [--minutes M] [--seed S] [--keep FOLDER]`
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: [...lanes.keys()].join(',') },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string', default: 'fuzz-findings' },
  },
})

function told({ lane, seed, case: index, verdict, file }: Finding): string {
  const kept = file === undefined ? '' : `\n  kept: ${file}`
  return `${lane}, seed ${seed}, case ${index}: ${verdict}${kept}\n`
}

/** Each lane for as long as asked. Returns how many findings there were. */
async function run(names: readonly string[], minutes: number, seed: number): Promise<number> {
  let count = 0
  for (const name of names) {
    const folder = mkdtempSync(join(tmpdir(), `radversary-fuzz-${name}-`))
    const limits = { mostMs: minutes * 60_000, mostCases: Infinity }
    const report = await lanes.get(name)?.({ ...limits, seed, folder, keep: resolve(values.keep) })
    const { cases = 0, findings = [] } = report ?? {}
    process.stdout.write(
      `${name}: ${cases} cases, ${findings.length} findings\n${findings.map(told).join('')}`,
    )
    count += findings.length
    if (findings.length === 0) rmSync(folder, { recursive: true })
  }
  return count
}

const [names, minutes, seed] = [values.only.split(','), Number(values.minutes), Number(values.seed)]
if (!names.every((name) => lanes.has(name)) || !(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}
process.exitCode = (await run(names, minutes, seed)) === 0 ? 0 : 1
