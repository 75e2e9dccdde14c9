import { headlineOf, type Headline, type OfVolume } from './headline.ts'
import type { ImageDistance } from './image-distance.ts'
import { pooledSpread, spreadOf, type Spread } from './statistics.ts'
import { answerRows } from './volume-rows.ts'

/** One iteration of an attack on one slice, as far as comparisons look at it. */
export interface ComparedIteration {
  /** Counts from 1, through all restarts. */
  readonly iteration: number
  /** J(f(x_t), y). */
  readonly deviation: number
  /** KL(f(x_t) ‖ f(x̃_{t−1})), nats; null for methods without smoothing. */
  readonly klToSmoothed: number | null
  /** Mean of x_t − x over the slice's pixels, relative intensity. */
  readonly perturbationMean: number
  readonly perturbationVariance: number
  readonly signAgreement: number | null
}

/** What one method did to one slice. */
export interface ComparedSlice extends OfVolume {
  readonly success: boolean
  readonly metBefore: boolean
  readonly confidenceBefore: number | null
  readonly confidenceAfter: number | null
  readonly iterations: number
  /** Relative intensity clipped to its window; data range 1. */
  readonly window: ImageDistance
  readonly stored: ImageDistance
  /** Mean and variance of the perturbation over the slice's pixels, after rounding, relative intensity. */
  readonly perturbation: { readonly mean: number; readonly variance: number }
  readonly trace: readonly ComparedIteration[]
}

/** The slices' mean and variance of what was watched in one iteration. */
export interface IterationSpread {
  readonly iteration: number
  readonly slices: number
  readonly deviation: Spread
  readonly klToSmoothed: Spread
  readonly perturbationVariance: Spread
  readonly signAgreement: Spread
}

/** One method at one budget on one model, over all slices. */
export interface CellSummary extends Headline {
  readonly meanConfidenceBefore: number | null
  readonly meanConfidenceAfter: number | null
  readonly meanIterations: number | null
  readonly meanLinf: number | null
  readonly meanL2: number | null
  readonly meanPsnr: number | null
  readonly meanSsim: number | null
  /** Spread of the perturbation over all pixels of all slices, relative intensity. */
  readonly perturbation: Spread
  /** Spread over the dataset of the slices' own perturbation variances: what SMIA means to make small. */
  readonly varianceOverSlices: Spread
  /**
   * Mean over the slices of the variance, over iterations, of the perturbation's variance; null for methods
   * of one iteration.
   */
  readonly varianceOverIterations: number | null
  readonly iterations: readonly IterationSpread[]
}

export function summariseCell(slices: readonly ComparedSlice[]): CellSummary {
  const answers = answerRows(slices)
  const mean = (value: (answer: ComparedSlice) => number | null) => spreadOf(answers.map(value)).mean
  return {
    ...headlineOf(slices),
    meanConfidenceBefore: mean((slice) => slice.confidenceBefore),
    meanConfidenceAfter: mean((slice) => slice.confidenceAfter),
    meanIterations: mean((slice) => slice.iterations),
    meanLinf: mean((slice) => slice.window.linf),
    meanL2: mean((slice) => slice.window.l2),
    meanPsnr: mean((slice) => slice.window.psnr),
    meanSsim: mean((slice) => slice.window.ssim),
    perturbation: pooledSpread(slices.map(({ perturbation }) => perturbation)),
    varianceOverSlices: spreadOf(slices.map(({ perturbation }) => perturbation.variance)),
    varianceOverIterations: spreadOf(slices.map(({ trace }) => varianceIn(trace))).mean,
    iterations: spreadByIteration(slices),
  }
}

function varianceIn(trace: ComparedSlice['trace']): number | null {
  return trace.length < 2 ? null : spreadOf(trace.map((point) => point.perturbationVariance)).variance
}

function spreadByIteration(slices: readonly ComparedSlice[]): IterationSpread[] {
  const byIteration = new Map<number, ComparedIteration[]>()
  for (const point of slices.flatMap(({ trace }) => trace)) {
    const points = byIteration.get(point.iteration) ?? []
    byIteration.set(point.iteration, [...points, point])
  }
  return [...byIteration].map(([iteration, points]) => ({
    iteration,
    slices: points.length,
    deviation: spreadOf(points.map((point) => point.deviation)),
    klToSmoothed: spreadOf(points.map((point) => point.klToSmoothed)),
    perturbationVariance: spreadOf(points.map((point) => point.perturbationVariance)),
    signAgreement: spreadOf(points.map((point) => point.signAgreement)),
  }))
}
