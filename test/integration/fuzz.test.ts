import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { caseRandom, runCases, type CampaignOptions } from '../fuzz/campaign.ts'
import { edited, randomEdits, smallest } from '../fuzz/edits.ts'
import { startJudge } from '../fuzz/judge-process.ts'
import { lanes } from '../fuzz/lanes.ts'
import { missingForApplication } from '../support/start-application.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const base = temporaryFolder('fuzz')

function optionsOf(lane: string, mostCases: number): CampaignOptions {
  const folder = join(base, lane)
  mkdirSync(folder, { recursive: true })
  return { seed: 1, mostMs: 60_000, mostCases, folder, keep: join(base, 'kept') }
}

describe('short campaigns find nothing', () => {
  it.each([
    ['dicom', 40],
    ['models', 60],
    ['cards', 60],
    ['labels', 60],
    ['images', 150],
  ])('damaged %s (%i)', { timeout: 60_000 }, async (name, cases) => {
    const report = await lanes.get(name)!(optionsOf(name, cases))
    expect(report).toEqual({ cases, findings: [] })
  })

  const missing = missingForApplication()
  it.skipIf(missing.length > 0)('intrusions (needs out/)', { timeout: 60_000 }, async () => {
    const report = await lanes.get('http')!(optionsOf('http', 300))
    expect(report).toEqual({ cases: 300, findings: [] })
  })

  it('kills', { timeout: 60_000 }, async () => {
    const report = await lanes.get('kills')!(optionsOf('kills', 1))
    expect(report).toEqual({ cases: 1, findings: [] })
  })
})

describe('campaigns themselves', () => {
  const bytes = new TextEncoder().encode('{"size": [12, 12], "name": "a model that is good"}')

  it('come to the same damage for the same seed, and to another for another', () => {
    const damage = (seed: number) => edited(bytes, randomEdits(bytes, caseRandom(seed, 'cards', 3)))
    expect(damage(1)).toEqual(damage(1))
    expect(damage(1)).not.toEqual(damage(2))
  })

  it('tell a fault once, with the case that has it first', async () => {
    const report = await runCases('cards', optionsOf('none', 5), (_, index) =>
      Promise.resolve(index > 1 ? { verdict: `internal: field ${index}`, file: undefined } : undefined),
    )
    expect(report.cases).toBe(5)
    expect(report.findings).toEqual([
      { lane: 'cards', seed: 1, case: 2, verdict: 'internal: field 2', file: undefined },
    ])
  })

  it('keep the fewest edits and the shortest file that still show a fault', async () => {
    const edits = [
      { at: 1, remove: 6, insert: new TextEncoder().encode('"FAULT"') },
      { at: 9, remove: 2, insert: new TextEncoder().encode('{}') },
    ]
    const bad = (file: Uint8Array) => Promise.resolve(Buffer.from(file).includes('FAULT'))
    expect(Buffer.from(await smallest(bytes, edits, bad)).toString()).toBe('{"FAULT')
  })

  it('see a crash and a hang of the process that judges', async () => {
    const program = join(base, 'judge.mjs')
    writeFileSync(
      program,
      `process.on('message', (file) => { if (file === 'crash') process.kill(process.pid, 'SIGSEGV')
        else if (file === 'hang') for (;;); else process.send('taken') })
      process.send('ready')`,
    )
    const judge = startJudge('cards', base, { program, hangMs: 500 })
    expect(await judge.judge('crash')).toEqual({ wrong: 'crash: the process ended with SIGSEGV' })
    expect(await judge.judge('hang')).toEqual({ wrong: 'hang: no answer after 0.5 s' })
    expect(await judge.judge('good')).toBe('taken')
    judge.end()
  })
})
