import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kindOf, runCases, type CampaignOptions, type CampaignReport } from './campaign.ts'
import { edited, pick, randomEdits, smallest } from './edits.ts'
import { fileLanes, type FileLane, type FileLaneName } from './file-lanes.ts'
import { startJudge } from './judge-process.ts'

/**
 * Damages good files at random and hands them over as a user does: each must be taken, or refused with an
 * error that is not ours, without a crash or a hang.
 */
export async function damagedFiles(name: FileLaneName, options: CampaignOptions): Promise<CampaignReport> {
  const lane: FileLane = fileLanes[name]
  const { folder, keep, seed } = options
  const goodFiles = lane.goodFiles(folder)
  const judge = startJudge(name, folder)
  const damaged = join(folder, 'damaged')
  mkdirSync(damaged, { recursive: true })
  const outcome = (good: string, file: Uint8Array) => {
    writeFileSync(join(damaged, good), file)
    return judge.judge(join(damaged, good))
  }
  try {
    // What is refused as it is would be refused as it is damaged, and nothing would be tried.
    for (const { name: good, bytes } of goodFiles) {
      const whole = await outcome(good, bytes)
      if (whole !== 'taken') throw new Error(`${good}, not damaged, is not taken: ${JSON.stringify(whole)}`)
    }
    return await runCases(name, options, async (random, index) => {
      const { name: good, bytes } = pick(goodFiles, random)
      const edits = randomEdits(bytes, random, lane.dictionary)
      const found = await outcome(good, edited(bytes, edits))
      if (typeof found === 'string') return undefined
      const isSame = async (file: Uint8Array) => {
        const other = await outcome(good, file)
        return typeof other === 'object' && kindOf(other.wrong) === kindOf(found.wrong)
      }
      mkdirSync(keep, { recursive: true })
      const kept = join(keep, `${seed}-${index}-${good}`)
      // A hang is not waited for again and again.
      const isHang = found.wrong.startsWith('hang')
      writeFileSync(kept, isHang ? edited(bytes, edits) : await smallest(bytes, edits, isSame))
      return { verdict: found.wrong, file: kept }
    })
  } finally {
    judge.end()
  }
}
