import { randomSource, sampleSeed, type RandomSource } from '../../src/core/random.ts'

/** How long a campaign goes on, and where it begins. */
export interface CampaignOptions {
  readonly seed: number
  /** Whichever comes first. */
  readonly mostMs: number
  readonly mostCases: number
  /** A folder of its own for what it needs. */
  readonly folder: string
  /** Where files are kept that were taken wrongly. */
  readonly keep: string
}

/** Something that was taken wrongly. */
export interface Finding {
  readonly lane: string
  readonly seed: number
  readonly case: number
  readonly verdict: string
  /** The smallest file that shows it, where there is one. */
  readonly file: string | undefined
}

export interface CampaignReport {
  readonly cases: number
  readonly findings: readonly Finding[]
}

/** The numbers of one case, the same whenever it is tried again. */
export function caseRandom(seed: number, lane: string, index: number): RandomSource {
  return randomSource(sampleSeed(seed, `${lane}/${index}`), 0)
}

/** Tries case after case until the time or the number is over; findings that read alike are told once. */
export async function runCases(
  lane: string,
  { seed, mostMs, mostCases }: CampaignOptions,
  tryCase: (random: RandomSource, index: number) => Promise<Pick<Finding, 'verdict' | 'file'> | undefined>,
): Promise<CampaignReport> {
  const start = performance.now()
  const findings = new Map<string, Finding>()
  let cases = 0
  while (cases < mostCases && performance.now() - start < mostMs) {
    const found = await tryCase(caseRandom(seed, lane, cases), cases)
    if (found !== undefined) {
      const finding = { lane, seed, case: cases, ...found }
      if (!findings.has(kindOf(found.verdict))) findings.set(kindOf(found.verdict), finding)
    }
    cases += 1
  }
  return { cases, findings: [...findings.values()] }
}

/** A verdict without its numbers and file names. */
export function kindOf(verdict: string): string {
  return verdict
    .replace(/\S*\/\S+/g, 'FILE')
    .replace(/\d+/g, '0')
    .slice(0, 120)
}
