import { entry } from '../../entry.ts'
import { meanOverlap, overlapsOf, type Overlap } from '../../evaluate/overlap.ts'
import { areasOf, type Mask } from '../../image/mask.ts'
import type { Criterion } from '../../attacks/criterion.ts'

/** How masks are compared, and the least or the most that is asked for. */
export interface MaskBound {
  readonly measure: keyof Overlap
  readonly value: number
}

/** What judging masks takes. All masks lie on one grid, that of the images. */
export interface MaskJudge {
  /** Per sample. */
  readonly labels: readonly Mask[]
  /** The mask that one sample's logits say. */
  readonly read: (logits: Float32Array) => Mask
  /** How many classes there are, and those that count: all but the background. */
  readonly classes: number
  readonly things: readonly number[]
}

/**
 * The mean overlap with the label, over the things that either shows, is below the bound. Where the label
 * shows none, any that is predicted is enough; where neither shows one, it is not met.
 */
export function overlapBelow(
  { labels, read, classes, things }: MaskJudge,
  { measure, value }: MaskBound,
): Criterion {
  return {
    name: `mean ${measure} below ${value}`,
    isMet: (logits, sample) => {
      const label = labels[sample]
      const overlap = label && meanOverlap(overlapsOf(read(logits), label, classes), measure, things)
      return overlap !== undefined && overlap !== null && overlap < value
    },
  }
}

/**
 * The mean overlap with the wanted mask is at least the bound. A wanted mask without things has no overlap:
 * it is reached where at most 1 − bound of the area that the label gives to things is still predicted as
 * such.
 */
export function maskReached(
  judge: MaskJudge & { readonly wanted: readonly Mask[] },
  { measure, value }: MaskBound,
): Criterion {
  const { labels, wanted, read, classes, things } = judge
  const areaOf = (mask: Mask | undefined) =>
    mask === undefined ? 0 : sumOver(areasOf(mask, classes), things)
  return {
    name: `mean ${measure} with the wanted mask at least ${value}`,
    isMet: (logits, sample) => {
      const goal = wanted[sample]
      if (goal === undefined) return false
      const predicted = read(logits)
      if (areaOf(goal) === 0) return areaOf(predicted) <= (1 - value) * areaOf(labels[sample])
      return (meanOverlap(overlapsOf(predicted, goal, classes), measure, things) ?? 0) >= value
    },
  }
}

function sumOver(areas: readonly number[], classes: readonly number[]): number {
  return classes.reduce((sum, k) => sum + entry(areas, k), 0)
}
