import type { JsonObject } from '../card-place.ts'

/** What transforms one after the other have made of stored values, in a card's words. */
export interface ValuesSoFar {
  /** A range that values were scaled from; undefined while they are what the modality LUT gives. */
  readonly range?: { readonly lower: number; readonly upper: number; readonly isClipped: boolean }
  readonly valueRange: readonly [number, number]
  /** Steps of `normalisation`. */
  readonly steps: readonly JsonObject[]
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

export const valuesAsStored: ValuesSoFar = { valueRange: [0, 1], steps: [], mean: [0], std: [1] }

/** A number that a list lacks, as one of other channels does. */
const notGiven = NaN

/** Values after x ↦ (x − shift) / divisor, by channel; undefined for divisors that cards don't have. */
export function standardised(
  values: ValuesSoFar,
  shift: readonly number[],
  divisor: readonly number[],
): ValuesSoFar | undefined {
  if (divisor.some((one) => !(one > 0))) return undefined
  const { mean, std } = values
  const channels = Math.max(...[mean, std, shift, divisor].map(({ length }) => length))
  const of = (list: readonly number[], c: number) => list[list.length === 1 ? 0 : c] ?? notGiven
  const each = (value: (c: number) => number) => Array.from({ length: channels }, (_, c) => value(c))
  const all = {
    mean: each((c) => of(mean, c) + of(shift, c) * of(std, c)),
    std: each((c) => of(std, c) * of(divisor, c)),
  }
  return [...all.mean, ...all.std].every(Number.isFinite) ? { ...values, ...all } : undefined
}

/** A change of values from `lower` and `upper` to `bottom` and `top`, linear between them. */
export interface RangeChange {
  readonly lower: number
  readonly upper: number
  readonly bottom: number
  readonly top: number
  readonly isClipped: boolean
}

/** Values after a change of range; undefined where they are cut off at ends that a card can't say. */
export function rescaled(values: ValuesSoFar, change: RangeChange): ValuesSoFar | undefined {
  const { lower, upper, bottom, top, isClipped } = change
  if (!(lower < upper) || bottom === top) return undefined
  if (isAsStored(values)) return { ...values, range: { lower, upper, isClipped }, valueRange: [bottom, top] }
  if (isClipped && !isWithin(values, lower, upper)) return undefined
  const divisor = (upper - lower) / (top - bottom)
  return standardised(values, [lower - bottom * divisor], [divisor])
}

/** Values after a step by the image's own statistics; undefined after constants that can't come before it. */
export function withStatistic(values: ValuesSoFar, step: JsonObject): ValuesSoFar | undefined {
  const before = withoutConstants(values)
  return before && { ...before, steps: [...before.steps, step] }
}

/** Constants as a part of the value range, which comes before all statistics. */
function withoutConstants(values: ValuesSoFar): ValuesSoFar | undefined {
  const { range, steps, valueRange } = values
  if (!hasConstants(values)) return values
  const ends = valueRange.map((end) => standard(values, end))
  const [first, last] = ends
  if (range === undefined || steps.length > 0 || first === undefined || last === undefined) return undefined
  return { ...values, valueRange: [first, last], mean: [0], std: [1] }
}

function isAsStored(values: ValuesSoFar): boolean {
  return values.range === undefined && values.steps.length === 0 && !hasConstants(values)
}

function hasConstants({ mean, std }: ValuesSoFar): boolean {
  return mean.some((one) => one !== 0) || std.some((one) => one !== 1)
}

/** Whether no value can lie beyond these ends. */
function isWithin(values: ValuesSoFar, lower: number, upper: number): boolean {
  const { range, steps, valueRange } = values
  return (
    range?.isClipped === true &&
    steps.length === 0 &&
    valueRange.every((end) => {
      const value = standard(values, end)
      return value !== undefined && value >= lower && value <= upper
    })
  )
}

/** A value after mean and standard deviation, where they are one for all channels. */
function standard({ mean: [mean = 0, ...means], std: [std = 1, ...stds] }: ValuesSoFar, value: number) {
  return means.length + stds.length > 0 ? undefined : (value - mean) / std
}

/** Fields of a card by their places. */
export function valueFields(values: ValuesSoFar, isVolume: boolean): Readonly<Record<string, unknown>> {
  const { range, valueRange, steps } = values
  if (range !== undefined) {
    const { lower, upper, isClipped } = range
    return {
      intensity: { kind: 'modality-range', lower, upper },
      'input.valueRange': valueRange,
      ...(!isClipped && { clip: false }),
      ...(steps.length > 0 && { normalisation: steps }),
    }
  }
  if (steps.length === 0) return hasConstants(values) ? { clip: false } : {}
  // Series whose statistic is one share a range too, which no transform says.
  const isTogether = steps.some((step) => step['of'] === 'all')
  return {
    ...(!isTogether && { intensity: wholeRange(steps, isVolume) }),
    clip: false,
    normalisation: steps,
  }
}

/** What budgets count in where an image is normalised by its own statistics. */
function wholeRange(steps: readonly JsonObject[], isVolume: boolean): JsonObject {
  const isOfNonZero = steps.some((step) => 'region' in step)
  const range = { kind: 'percentile', lower: 0, upper: 100, of: isVolume ? 'series' : 'image' }
  return isOfNonZero ? { ...range, fromZero: true } : range
}
