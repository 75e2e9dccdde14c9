import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { filesBelow } from '../support/attack-requests.ts'
import { endOf, saysOnStderr, startCommandLine } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'
import { runCases, type CampaignOptions, type CampaignReport } from './campaign.ts'
import { below } from './edits.ts'

/** Every kind of file that an attack exports. */
const kinds = 'series,perturbation,smoothed'

/**
 * Kills an attack at random moments, up to three times in one export, and goes on with the same command: the
 * files must be those of an attack that nobody disturbed, byte for byte, and `verify` must find them sound.
 */
export async function kills(options: CampaignOptions): Promise<CampaignReport> {
  const study = join(options.folder, 'study')
  writeSeries(study, 8, { rows: 32, columns: 32 })
  const { model } = writeClassifier(options.folder)
  const fixed = ['--model', model, '--device', 'cpu', '--threads', '1']
  const attack = (out: string) => ['attack', '--study', study, ...fixed, '--export', kinds, '--out', out]
  const run = (args: readonly string[]) => endOf(startCommandLine(args))

  const whole = join(options.folder, 'undisturbed')
  const first = startCommandLine(attack(whole))
  const firstEnd = endOf(first)
  await saysOnStderr(first, 'Device cpu')
  const start = performance.now()
  if ((await firstEnd).code !== 0) throw new Error(`the undisturbed attack: ${(await firstEnd).err}`)
  const wholeMs = Math.ceil(performance.now() - start)
  const undisturbed = filesBelow(whole)

  return runCases('kills', options, async (random, index) => {
    const out = join(options.folder, `killed-${index}`)
    for (let count = 1 + below(random, 3); count > 0; count--) {
      const child = startCommandLine(attack(out))
      const end = endOf(child)
      // It may have nothing left to do, and end without a word.
      await Promise.race([saysOnStderr(child, 'Device cpu').catch(() => undefined), end])
      await setTimeout(below(random, wholeMs))
      child.kill('SIGKILL')
      await end
    }
    const resumed = await run(attack(out))
    const problem = resumed.code === 0 ? difference(filesBelow(out), undisturbed) : resumed.err
    const sound = problem === undefined ? await run(['verify', out, ...fixed]) : undefined
    const verdict = problem ?? (sound?.code === 0 ? undefined : `verify: ${sound?.err ?? ''}`)
    if (verdict === undefined) rmSync(out, { recursive: true })
    return verdict === undefined ? undefined : { verdict, file: out }
  })
}

function difference(
  files: ReadonlyMap<string, Buffer>,
  expected: ReadonlyMap<string, Buffer>,
): string | undefined {
  for (const name of new Set([...files.keys(), ...expected.keys()]))
    if (files.get(name)?.equals(expected.get(name) ?? Buffer.alloc(0)) !== true)
      return `${name} is not as in an undisturbed export`
  return undefined
}
