import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { afterAll, expect, it } from 'vitest'
import { isPartialName } from '../../src/adapters/fs/atomic-write.ts'
import {
  manifestName,
  markerName,
  readManifest,
  verifyManifest,
  type Manifest,
} from '../../src/adapters/fs/manifest.ts'
import { exportSeries } from '../support/export-writer.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const kills = 20
const writer = fileURLToPath(new URL('../support/export-writer.ts', import.meta.url))

describeWithSharedData('an export killed at any moment', () => {
  const base = mkdtempSync(join(tmpdir(), 'radversary-killed-'))
  const random = xoroshiro128plus(20_240_607)
  const sources = readdirSync(sharedData('series/mr-head')).map((name) =>
    sharedData(`series/mr-head/${name}`),
  )
  const outcomes = { complete: 0, partial: 0, untouched: 0 }
  let reference: Promise<Manifest> | undefined
  let wholeMs = 0
  afterAll(() => {
    rmSync(base, { recursive: true })
  })

  it('has a duration to kill it in', async () => {
    const child = startWriter(join(base, 'unhurt'))
    await once(child.stdout, 'data')
    const start = performance.now()
    await once(child, 'exit')
    wholeMs = Math.ceil(performance.now() - start)
    reference = readManifest(join(base, 'unhurt'))
    expect((await reference).files.length).toBe(sources.length)
  })

  it.each(Array.from({ length: kills }, (_, index) => index + 1))(
    'is whole or visibly partial and resumes to the same bytes (%i)',
    async (index) => {
      const folder = join(base, `kill-${index}`)
      const child = startWriter(folder)
      // Listened for from the start: it may be over before it is killed.
      const ended = once(child, 'exit')
      await once(child.stdout, 'data')
      await setTimeout(uniformInt(random, 0, wholeMs))
      child.kill('SIGKILL')
      await ended
      outcomes[stateOf(folder)] += 1
      const before = filesWithTimes(folder)
      const resumed = await exportSeries(folder, sources)
      expect(resumed).toEqual(await reference)
      expect(await verifyManifest(folder)).toEqual({
        manifest: resumed,
        missing: [],
        changed: [],
        unlisted: [],
      })
      expect(readdirSync(folder).sort()).toEqual(['adversarial', manifestName])
      for (const [path, time] of before) if (existsSync(path)) expect(statSync(path).mtimeMs).toBe(time)
      rmSync(folder, { recursive: true })
    },
  )

  it('was killed in the middle more often than not', () => {
    expect(outcomes.partial).toBeGreaterThan(kills / 4)
  })

  /** What a visitor sees: a manifest whose files are all right, or a marker and files that are each whole. */
  function stateOf(folder: string): 'complete' | 'partial' | 'untouched' {
    const names = existsSync(folder) ? readdirSync(folder) : []
    if (names.includes(manifestName)) return 'complete'
    const exported = names.includes('adversarial') ? readdirSync(join(folder, 'adversarial')) : []
    if (names.includes(markerName)) {
      for (const name of exported) if (!isPartialName(name)) expect(wholeFile(folder, name)).toBe(true)
      return 'partial'
    }
    expect(names.filter((name) => !isPartialName(name))).toEqual([])
    return 'untouched'
  }

  function wholeFile(folder: string, name: string): boolean {
    return readFileSync(join(folder, 'adversarial', name)).equals(
      readFileSync(join(base, 'unhurt/adversarial', name)),
    )
  }

  function startWriter(folder: string) {
    return spawn(process.execPath, ['--import', 'tsx', writer, folder, ...sources], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }
})

function filesWithTimes(folder: string): [string, number][] {
  const exported = join(folder, 'adversarial')
  if (!existsSync(exported)) return []
  return readdirSync(exported).map((name) => [join(exported, name), statSync(join(exported, name)).mtimeMs])
}
