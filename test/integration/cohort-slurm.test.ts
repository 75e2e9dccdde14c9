import { createHash } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesBelow } from '../support/attack-requests.ts'
import { endOf, startCommandLine } from '../support/command-line.ts'
import { hasSlurm, startSlurm, until, type Slurm } from '../support/slurm.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const sample = join(import.meta.dirname, '../../resources/sample')
/** A lane of its own, `npm run test:slurm`: minutes, and daemons that run as root. */
const isAsked = process.env['npm_lifecycle_event'] === 'test:slurm'
if (isAsked && !hasSlurm) throw new Error('expected slurm-wlm, started as root, got none')

/** SHA-256 of every file below a folder: images of a cohort are too many to compare byte by byte. */
function hashesBelow(folder: string): Map<string, string> {
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  return new Map([...filesBelow(folder)].map(([path, bytes]) => [path, hash(bytes)]))
}

describe.skipIf(!isAsked)('a cohort on Slurm', () => {
  const base = temporaryFolder('cohort-slurm')
  const [plan, one] = [join(base, 'plan'), join(base, 'one')]
  const seconds = { one: 0, slurm: 0, merge: 0 }
  let slurm: Slurm
  const attack = [
    ...['--studies', join(base, 'studies'), '--model', join(sample, 'model/phantom-thorax.onnx')],
    ...['--device', 'cpu', '--threads', '1', '--method', 'fgsm'],
  ]
  beforeAll(async () => {
    for (let copy = 0; copy < 10; copy++)
      cpSync(join(sample, 'study'), join(base, 'studies', `s${copy}`), { recursive: true })
    slurm = await startSlurm(join(base, 'slurm'))
  }, 120_000)
  afterAll(async () => {
    await slurm.stop()
    console.log(
      `280 images: one machine ${seconds.one} s, four tasks ${seconds.slurm} s, merge ${seconds.merge} s`,
    )
  }, 60_000)

  async function radversary(...args: string[]) {
    const start = performance.now()
    const { code, err } = await endOf(startCommandLine(['cohort', ...args]))
    expect([code, err]).toEqual([0, expect.any(String)])
    return Math.round((performance.now() - start) / 100) / 10
  }

  test('one machine, for comparison', async () => {
    seconds.one = await radversary('attack', ...attack, '--out', one)
  }, 900_000)

  test('an array of four, one of which is killed and put back, merges to the same bytes', async () => {
    await radversary('plan', ...attack, '--shards', '4', '--for', 'slurm', '--memory', '1', '--out', plan)
    const start = performance.now()
    const job = slurm.run('sbatch', '--parsable', join(plan, 'cohort.sbatch')).trim()
    const running = () => slurm.run('squeue', '--noheader', '--array', '--states=RUNNING', '--format=%K')
    await until(() => filesBelow(join(plan, 'cohort')).size > 4 && running().includes('2'), 300)
    slurm.run('scontrol', 'requeue', `${job}_2`)
    await setTimeout(1000)
    const details = slurm.run('scontrol', 'show', 'job', `${job}_2`)
    expect(details).toMatch(/Restarts=1/)
    await until(() => slurm.run('squeue', '--noheader').trim() === '', 600)
    seconds.slurm = Math.round((performance.now() - start) / 100) / 10
    seconds.merge = await radversary('merge', plan)
    expect(hashesBelow(join(plan, 'cohort'))).toEqual(hashesBelow(one))
  }, 900_000)
})
