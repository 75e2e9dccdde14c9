import type { Headline } from '../../core/evaluate/headline.ts'
import { bootstrapOf, wilsonInterval, type Interval } from '../../core/evaluate/statistics.ts'

/** What a cell has come to on a study of a patient. */
export interface OfPatient extends Pick<Headline, 'fooled'> {
  readonly patient: string | null
}

/**
 * The interval of a rate of slices whose patients are drawn whole (`bootstrapOf`). Null where a patient is
 * not named, and of a single one, who can't say how patients differ. Where all resamples are alike, Wilson's
 * of the same rate in as many slices as there are patients, as in evaluations.
 */
export function rateByPatient(studies: readonly OfPatient[]): Interval | null {
  const counts = countsOf(studies)
  if (counts === undefined || counts.length < 2) return null
  const rateOf = (drawn: Iterable<number>) => {
    let [successes, count] = [0, 0]
    for (const at of drawn) {
      const patient = counts[at]
      if (patient === undefined) continue
      successes += patient.successes
      count += patient.count
    }
    return count === 0 ? null : successes / count
  }
  const rate = rateOf(counts.keys())
  return bootstrapOf(counts.length, rateOf) ?? (rate === null ? null : ofAsMany(counts.length, rate))
}

function ofAsMany(patients: number, rate: number): Interval {
  const { lower, upper } = wilsonInterval(rate * patients, patients)
  return { lower, upper }
}

interface Count {
  successes: number
  count: number
}

/** Counts for each patient of whom anything was right before; undefined where one is not named. */
function countsOf(studies: readonly OfPatient[]): Count[] | undefined {
  const counts = new Map<string, Count>()
  for (const { patient, fooled } of studies) {
    if (patient === null) return undefined
    if (fooled.count === 0) continue
    const known = counts.get(patient)
    counts.set(patient, {
      successes: fooled.successes + (known === undefined ? 0 : known.successes),
      count: fooled.count + (known === undefined ? 0 : known.count),
    })
  }
  return [...counts.values()]
}
