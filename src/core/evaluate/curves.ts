import { meanOf } from './statistics.ts'

/**
 * J at each iteration, mean of all images: one whose attack stopped early keeps its last value, so that the
 * end of the curve is not that of the images that withstood. @param traces of each image
 */
export function lossesOf(traces: readonly (readonly number[])[]): number[] {
  const known = traces.filter((trace) => trace.length > 0)
  const length = Math.max(0, ...known.map((trace) => trace.length))
  return Array.from({ length }, (_, i) => meanOf(known.map((trace) => heldAt(trace, i))) ?? NaN)
}

function heldAt<T>(trace: readonly T[], i: number): T | null {
  return trace[Math.min(i, trace.length - 1)] ?? null
}

/** What SMIA's stabilisation follows at one iteration. */
interface Stabilised {
  readonly klToSmoothed: number | null
  readonly perturbationVariance: number
}

/**
 * Mean over the images of the KL divergence to the smoothed image's answer and of the perturbation's
 * variance.
 */
export interface StabilisationPoint {
  readonly klToSmoothed: number | null
  readonly variance: number
}

/** By iteration; empty where no image has a divergence, as of all methods but SMIA. */
export function stabilisationOf(traces: readonly (readonly Stabilised[])[]): StabilisationPoint[] {
  const known = traces.filter((trace) => trace.some(({ klToSmoothed }) => klToSmoothed !== null))
  const length = Math.max(0, ...known.map((trace) => trace.length))
  return Array.from({ length }, (_, i) => {
    const held = known.flatMap((trace) => heldAt(trace, i) ?? [])
    return {
      klToSmoothed: meanOf(held.map(({ klToSmoothed }) => klToSmoothed)),
      variance: meanOf(held.map(({ perturbationVariance }) => perturbationVariance)) ?? NaN,
    }
  })
}

/** What one method did at one budget to the images that were right before. */
interface CellAtBudget {
  /** Part of the intensity range. */
  readonly budget: number
  readonly fooled: ReadonlyMap<string, boolean>
}

/**
 * The smallest of the budgets at which a method fools each image that was right before, null where none of
 * them does: minimal distances, as far as the curve's budgets resolve them.
 */
export function smallestBudgets(cells: readonly CellAtBudget[]): (number | null)[] {
  const rising = cells.toSorted((a, b) => a.budget - b.budget)
  const keys = new Set(cells.flatMap(({ fooled }) => [...fooled.keys()]))
  return [...keys].map((key) => rising.find(({ fooled }) => fooled.get(key) === true)?.budget ?? null)
}
