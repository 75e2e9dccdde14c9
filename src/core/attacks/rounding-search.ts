import { valueFor } from '../entry.ts'
import type { Rows } from './attack.ts'

/** A rounded image that succeeds, [C·H·W], with its logits [K]. */
export interface RoundedSuccess {
  readonly image: Float32Array
  readonly logits: Float32Array
}

export interface RoundingSearch {
  readonly samples: readonly number[]
  /** image + stretch · (point − image) within the bounds, rounded. */
  readonly trial: (sample: number, stretch: number) => Float32Array
  readonly predict: (points: Rows, samples: readonly number[]) => Promise<Rows>
  /** Whether a trial succeeds and stays within the budget. */
  readonly accepts: (sample: number, image: Float32Array, logits: Float32Array) => boolean
}

interface Search {
  /** The longest stretch that failed below the shortest that succeeded. */
  fails?: number
  succeeds?: number
  rounded?: RoundedSuccess
}

const trials = 18
/** Ends the halving. */
const resolution = 0.001

/**
 * A smallest perturbation ends at the decision boundary, and rounding to stored values may put it back behind
 * it. Then it is stretched away from the image until its rounded image succeeds, by gaps that double, and the
 * gap is halved. Samples that never succeed are left out.
 */
export async function roundPastBoundary({
  samples,
  trial,
  predict,
  accepts,
}: RoundingSearch): Promise<Map<number, RoundedSuccess>> {
  const searches = new Map(samples.map((sample): [number, Search] => [sample, {}]))
  for (let count = 0; count < trials; count++) {
    const open = samples.filter((sample) => isOpen(searches.get(sample)))
    if (open.length === 0) break
    const stretches = new Map(open.map((sample) => [sample, nextStretch(searches.get(sample), count)]))
    const images = new Map(open.map((sample) => [sample, trial(sample, valueFor(stretches, sample))]))
    const points: Rows = { of: (sample) => images.get(sample) ?? new Float32Array() }
    const logits = await predict(points, open)
    for (const sample of open) {
      const search = searches.get(sample)
      if (search === undefined) continue
      const rounded = { image: points.of(sample), logits: logits.of(sample) }
      note(
        search,
        valueFor(stretches, sample),
        accepts(sample, rounded.image, rounded.logits) ? rounded : undefined,
      )
    }
  }
  return new Map(
    [...searches].flatMap(([sample, { rounded }]) => (rounded === undefined ? [] : [[sample, rounded]])),
  )
}

function isOpen({ fails, succeeds }: Search = {}): boolean {
  if (succeeds === undefined) return true
  return fails !== undefined && succeeds - fails > resolution * succeeds
}

/** 1, 1.001, 1.003, 1.007, … and, once one succeeds, the middle of the gap. */
function nextStretch({ fails, succeeds }: Search = {}, count: number): number {
  return fails !== undefined && succeeds !== undefined ? (fails + succeeds) / 2 : 1 + 0.001 * (2 ** count - 1)
}

function note(search: Search, stretch: number, rounded: RoundedSuccess | undefined): void {
  if (rounded === undefined) search.fails = stretch
  else Object.assign(search, { succeeds: stretch, rounded })
}
