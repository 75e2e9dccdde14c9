import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'

/**
 * Predictions whose confidence lies in (lower, upper]; the first bin holds 0 too, the last what rounding put
 * above 1.
 */
export interface ReliabilityBin {
  readonly lower: number
  readonly upper: number
  readonly count: number
  /** Null of none. */
  readonly confidence: number | null
  readonly accuracy: number | null
}

/** How far confidence can be taken for the chance of being right. */
export interface Calibration {
  /**
   * Expected calibration error: mean of |accuracy − confidence| of the bins, by their counts; null of none.
   */
  readonly ece: number | null
  /** The largest |accuracy − confidence| of a bin. */
  readonly mce: number | null
  readonly bins: readonly ReliabilityBin[]
}

/**
 * Reliability in bins of equal width (Guo, Pleiss, Sun and Weinberger, ICML 2017, section 2). @param
 * confidences of what was predicted, in [0, 1] @param right whether each prediction was
 */
export function calibrationOf(
  confidences: readonly number[],
  right: readonly boolean[],
  bins = 15,
): Calibration {
  if (confidences.length !== right.length)
    throw new RadversaryError(
      'usage',
      `Calibration: expected ${right.length} confidences, got ${confidences.length}`,
    )
  const all = Array.from({ length: bins }, (_, index) => binOf(index, bins, { confidences, right }))
  const gaps = all.flatMap(({ count, accuracy, confidence }) =>
    accuracy === null || confidence === null ? [] : [{ count, gap: Math.abs(accuracy - confidence) }],
  )
  if (gaps.length === 0) return { ece: null, mce: null, bins: all }
  const ece = gaps.reduce((sum, { count, gap }) => sum + (count / confidences.length) * gap, 0)
  return { ece, mce: Math.max(...gaps.map(({ gap }) => gap)), bins: all }
}

interface Judged {
  readonly confidences: readonly number[]
  readonly right: readonly boolean[]
}

function binOf(index: number, bins: number, { confidences, right }: Judged): ReliabilityBin {
  const [lower, upper] = [index / bins, (index + 1) / bins]
  const within = [...confidences.keys()].filter((i) => {
    const confidence = entry(confidences, i)
    return (confidence > lower || index === 0) && (confidence <= upper || index === bins - 1)
  })
  const mean = (value: (i: number) => number) =>
    within.length === 0 ? null : within.reduce((sum, i) => sum + value(i), 0) / within.length
  return {
    lower,
    upper,
    count: within.length,
    confidence: mean((i) => entry(confidences, i)),
    accuracy: mean((i) => Number(right[i])),
  }
}
