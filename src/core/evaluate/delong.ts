import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { midRanks } from './auc.ts'
import { normalTwoSided } from './distributions.ts'
import { type Interval, z95 } from './statistics.ts'

/** Area under the curve by DeLong's method. */
export interface DeLong {
  readonly value: number
  readonly variance: number
  /**
   * The 95 % interval, within [0, 1]; null where the variance is 0, as of an area of 1, since no more is
   * known.
   */
  readonly interval: Interval | null
}

/** Two areas on the same images. */
export interface DeLongTest {
  readonly first: number
  readonly second: number
  readonly z: number
  /** Two-sided. */
  readonly p: number
}

/**
 * DeLong's variance of the area under the receiver operating characteristic (DeLong, DeLong and
 * Clarke-Pearson, Biometrics 44:837, 1988), by mid-ranks (Sun and Xu, IEEE Signal Process. Lett. 21:1389,
 * 2014). It takes images for independent. @param truths whether each image has the label @returns null where
 * fewer than two have it, or fewer than two have not
 */
export function deLongOf(scores: readonly number[], truths: readonly boolean[]): DeLong | null {
  const places = placementsOf(scores, truths)
  if (places.positives.length < 2 || places.negatives.length < 2) return null
  const variance = covarianceOf(places, places)
  const value = meanPlace(places.positives)
  const half = z95 * Math.sqrt(variance)
  const interval = { lower: Math.max(0, value - half), upper: Math.min(1, value + half) }
  return { value, variance, interval: variance > 0 ? interval : null }
}

/** DeLong's test of two scores of the same images. @returns null where nothing is known of their variance */
export function deLongTest(
  first: readonly number[],
  second: readonly number[],
  truths: readonly boolean[],
): DeLongTest | null {
  const [a, b] = [placementsOf(first, truths), placementsOf(second, truths)]
  if (a.positives.length < 2 || a.negatives.length < 2) return null
  const variance = covarianceOf(a, a) + covarianceOf(b, b) - 2 * covarianceOf(a, b)
  const areas = { first: meanPlace(a.positives), second: meanPlace(b.positives) }
  if (!(variance > 0)) return areas.first === areas.second ? { ...areas, z: 0, p: 1 } : null
  const z = (areas.first - areas.second) / Math.sqrt(variance)
  return { ...areas, z, p: normalTwoSided(z) }
}

/** For each positive the part of the negatives below it, for each negative that of the positives above it. */
interface Placements {
  readonly positives: readonly number[]
  readonly negatives: readonly number[]
}

function placementsOf(scores: readonly number[], truths: readonly boolean[]): Placements {
  if (scores.length !== truths.length)
    throw new RadversaryError('usage', `AUC: expected ${truths.length} scores, got ${scores.length}`)
  const positive = scores.filter((_, i) => truths[i] === true)
  const negative = scores.filter((_, i) => truths[i] === false)
  const ranks = midRanks(Float64Array.from([...positive, ...negative]))
  const [amongPositive, amongNegative] = [
    midRanks(Float64Array.from(positive)),
    midRanks(Float64Array.from(negative)),
  ]
  const part = (rank: number, own: number, others: number) => (rank - own) / others
  return {
    positives: positive.map((_, i) => part(entry(ranks, i), entry(amongPositive, i), negative.length)),
    negatives: negative.map(
      (_, i) => 1 - part(entry(ranks, positive.length + i), entry(amongNegative, i), positive.length),
    ),
  }
}

function meanPlace(places: readonly number[]): number {
  return places.reduce((sum, place) => sum + place, 0) / places.length
}

function covarianceOf(a: Placements, b: Placements): number {
  return (
    covariance(a.positives, b.positives) / a.positives.length +
    covariance(a.negatives, b.negatives) / a.negatives.length
  )
}

/** Variance of a sample: divided by n − 1. */
function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanPlace(a), meanPlace(b)]
  return a.reduce((sum, value, i) => sum + (value - meanA) * (entry(b, i) - meanB), 0) / (a.length - 1)
}
