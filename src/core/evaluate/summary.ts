import type { DetectionAgreement } from './detection.ts'
import { headlineOf, type Headline } from './headline.ts'
import { meanOf } from './statistics.ts'
import { meanSegments, type MeanSegments } from './segments.ts'
import type { SliceMetrics } from './slice-metrics.ts'
import { answerRows } from './volume-rows.ts'

/** One attack over many slices. Means of nothing are null. */
export interface AttackSummary extends Headline {
  readonly meanConfidenceBefore: number | null
  readonly meanConfidenceAfter: number | null
  readonly meanIterations: number | null
  /** Mean agreement of the classes; segmentations only. */
  readonly segments?: MeanSegments
  /** Change of the detections; detections only. */
  readonly detections?: DetectionChange
  readonly window: MeanDistance
  readonly stored: MeanDistance
}

/** Over all slices. */
export interface DetectionChange {
  readonly before: DetectionAgreement
  /** Agreement on the pixels read back. */
  readonly after: DetectionAgreement
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

/** Means are over answers: volumes that have one are one row each. */
export function summarise(slices: readonly SliceMetrics[]): AttackSummary {
  const rows = answerRows(slices)
  const segments = meanSegments(rows)
  return {
    ...headlineOf(rows),
    meanConfidenceBefore: meanOf(rows.map((row) => row.confidenceBefore)),
    meanConfidenceAfter: meanOf(rows.map((row) => row.confidenceAfter)),
    meanIterations: meanOf(rows.map((row) => row.iterations)),
    ...(segments && { segments }),
    window: meanDistance(rows.map((row) => row.window)),
    stored: meanDistance(rows.map((row) => row.stored)),
  }
}

function meanDistance(distances: readonly SliceMetrics['window'][]): MeanDistance {
  return {
    largestLinf: distances.reduce<number | null>((largest, { linf }) => Math.max(largest ?? 0, linf), null),
    meanLinf: meanOf(distances.map(({ linf }) => linf)),
    meanL2: meanOf(distances.map(({ l2 }) => l2)),
    meanPsnr: meanOf(distances.map(({ psnr }) => psnr)),
    meanSsim: meanOf(distances.map(({ ssim }) => ssim)),
    meanChangedFraction: meanOf(distances.map(({ changedFraction }) => changedFraction)),
  }
}
