import { wilsonInterval, type Proportion } from './interval.ts'
import type { SliceMetrics } from './slice-metrics.ts'

/** One attack over many slices. Means of nothing are null. */
export interface AttackSummary {
  readonly slices: number
  /** Among all slices, those that were wrong before included: how often the model fails on what was exported. */
  readonly success: Proportion
  /** Among the slices where the criterion was not met before: what the attack itself did. */
  readonly successOfUnmet: Proportion
  readonly meanConfidenceBefore: number | null
  readonly meanConfidenceAfter: number | null
  readonly meanIterations: number | null
  readonly window: MeanDistance
  readonly stored: MeanDistance
}

export interface MeanDistance {
  readonly largestLinf: number | null
  readonly meanLinf: number | null
  readonly meanL2: number | null
  /** Over the slices that changed. */
  readonly meanPsnr: number | null
  readonly meanSsim: number | null
  readonly meanChangedFraction: number | null
}

export function summarise(rows: readonly SliceMetrics[]): AttackSummary {
  const unmet = rows.filter(({ metBefore }) => !metBefore)
  return {
    slices: rows.length,
    success: successOf(rows),
    successOfUnmet: successOf(unmet),
    meanConfidenceBefore: mean(rows.map((row) => row.confidenceBefore)),
    meanConfidenceAfter: mean(rows.map((row) => row.confidenceAfter)),
    meanIterations: mean(rows.map((row) => row.iterations)),
    window: meanDistance(rows.map((row) => row.window)),
    stored: meanDistance(rows.map((row) => row.stored)),
  }
}

function successOf(rows: readonly SliceMetrics[]): Proportion {
  return wilsonInterval(rows.filter(({ success }) => success).length, rows.length)
}

function meanDistance(distances: readonly SliceMetrics['window'][]): MeanDistance {
  return {
    largestLinf: distances.reduce<number | null>((largest, { linf }) => Math.max(largest ?? 0, linf), null),
    meanLinf: mean(distances.map(({ linf }) => linf)),
    meanL2: mean(distances.map(({ l2 }) => l2)),
    meanPsnr: mean(distances.map(({ psnr }) => psnr)),
    meanSsim: mean(distances.map(({ ssim }) => ssim)),
    meanChangedFraction: mean(distances.map(({ changedFraction }) => changedFraction)),
  }
}

/** Of the values that there are. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}
