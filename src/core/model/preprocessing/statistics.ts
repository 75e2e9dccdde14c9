import { entry } from '../../entry.ts'
import {
  addLineWhere,
  affineWhere,
  clipCotangents,
  clipWhere,
  cotangentSums,
  filledHoles,
  maskAbove,
  maskNonZero,
  maskWithin,
  momentsOf,
  orderStatistic,
  placeOf,
  scaleWhere,
  selected,
  type Grid,
  type Values,
} from '../../math/statistics.ts'
import { imageBatchExtents, type ImageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { NormalisationStep } from '../normalisation.ts'
import type { PreprocessingStep } from './step.ts'

/**
 * A step that normalises images [N, C, H, W] by their own statistics, as docs/model-card.md says. Its adjoint
 * goes through the statistics; regions are taken as they are.
 */
export function statisticsStep(step: NormalisationStep): PreprocessingStep {
  return {
    name: stepInWords(step),
    apply: (x) => byGroups(x, step, (normaliser, taken) => normaliser.apply(taken(x))),
    adjoint: (cotangent, x) =>
      byGroups(x, step, (normaliser, taken) => normaliser.adjoint(taken(cotangent), taken(x))),
  }
}

function stepInWords({ kind, of, region }: NormalisationStep): string {
  const what = of === 'all' ? 'volume, all channels' : of
  return `${kind} of the ${what}${region.kind === 'all' ? '' : `, ${region.kind}`}`
}

type Change = (normaliser: Normaliser, taken: (from: Tensor) => Float32Array) => Values

function byGroups(x: Tensor, step: NormalisationStep, change: Change): Tensor {
  const extents = imageBatchExtents(x, 'Normalisation')
  const { rows, columns } = extents
  const size = rows * columns
  const out = tensor(x.shape)
  for (const planes of planesTogether(extents, step.of)) {
    const slices = step.of === 'volume' ? planes.length : 1
    const normaliser = createNormaliser(step, { slices, rows, columns })
    const changed = change(normaliser, ({ data }) => planesOf(data, planes, size))
    for (const [at, plane] of planes.entries())
      out.data.set(changed.subarray(at * size, (at + 1) * size), plane * size)
  }
  return out
}

/** The planes of a batch [N, C] that share a statistic. */
function planesTogether({ count, channels }: ImageBatchExtents, of: NormalisationStep['of']): number[][] {
  const all = Array.from({ length: count * channels }, (_, plane) => plane)
  switch (of) {
    case 'channel':
      return all.map((plane) => [plane])
    case 'image':
      return Array.from({ length: count }, (_, n) => all.slice(n * channels, (n + 1) * channels))
    case 'all':
      return [all]
    case 'volume':
      return Array.from({ length: channels }, (_, c) => all.filter((plane) => plane % channels === c))
  }
}

function planesOf(data: Float32Array, planes: readonly number[], size: number): Float32Array {
  const values = new Float32Array(planes.length * size)
  for (const [at, plane] of planes.entries())
    values.set(data.subarray(plane * size, (plane + 1) * size), at * size)
  return values
}

/** Normalises values that share a statistic: planes, one after the other. */
export interface Normaliser {
  apply(values: Values): Values
  /** The transposed derivative at `values`. */
  adjoint(cotangents: Values, values: Values): Values
}

/** What a statistic is taken of, and what it changes: masks of 0 and 1. */
interface Selection {
  readonly mask: Uint8Array
  readonly touched: Uint8Array
}

/** The change of one group of values. Where its region is empty, they stay as they are. */
export function createNormaliser(step: NormalisationStep, grid: Grid): Normaliser {
  const change = changeOf(step)
  const selection = (values: Values): Selection | undefined => {
    const mask = maskOf(step.region, values, grid)
    if (!mask.includes(1)) return undefined
    return { mask, touched: step.outside === 'normalise' ? everywhere(values) : mask }
  }
  return {
    apply: (values) => {
      const selected = selection(values)
      return selected === undefined ? values : change.apply(values, selected)
    },
    adjoint: (cotangents, values) => {
      const selected = selection(values)
      return selected === undefined ? cotangents : change.adjoint(cotangents, values, selected)
    },
  }
}

function everywhere(values: Values): Uint8Array {
  return new Uint8Array(values.length).fill(1)
}

function maskOf(region: NormalisationStep['region'], values: Values, grid: Grid): Uint8Array {
  switch (region.kind) {
    case 'all':
      return everywhere(values)
    case 'non-zero': {
      const mask = maskNonZero(values)
      return region.filled ? filledHoles(mask, grid) : mask
    }
    case 'above':
      return maskAbove(values, region.value)
    case 'above-mean':
      return maskAbove(values, momentsOf(values, everywhere(values), 0).mean)
    case 'percentiles': {
      const [lower, upper] = region.percentiles
      const valueAt = (percent: number) => percentileOf(values, everywhere(values), percent).value
      return maskWithin(values, valueAt(lower), valueAt(upper))
    }
  }
}

/** How the values of a selection change, and the transposed derivative of that. */
interface SelectionChange {
  apply(values: Values, selection: Selection): Values
  adjoint(cotangents: Values, values: Values, selection: Selection): Values
}

function changeOf(step: NormalisationStep): SelectionChange {
  switch (step.kind) {
    case 'z-score':
      return zScore(step)
    case 'min-max':
      return minMax(step)
    case 'clip':
      return clipTo(step.percentiles)
  }
}

type StepOf<Kind extends NormalisationStep['kind']> = Extract<NormalisationStep, { kind: Kind }>

/** (x − m) / s, s = max(σ, floor) + eps, and 1 where that is 0. */
function zScore({ ddof, floor, eps }: StepOf<'z-score'>): SelectionChange {
  const momentsIn = (values: Values, mask: Uint8Array) => {
    const moments = momentsOf(values, mask, ddof)
    return { ...moments, divisor: Math.max(moments.deviation, floor) + eps || 1 }
  }
  return {
    apply: (values, { mask, touched }) => {
      const { mean, divisor } = momentsIn(values, mask)
      return affineWhere(values, touched, { shift: mean, factor: 1 / divisor, offset: 0 })
    },
    adjoint: (cotangents, values, { mask, touched }) => {
      const { count, mean, deviation, divisor } = momentsIn(values, mask)
      const back = scaleWhere(cotangents, touched, 1 / divisor)
      const { plain, weighted } = cotangentSums(cotangents, values, touched, mean)
      // dm/dx = 1 / n and dσ/dx = (x − m) / ((n − ddof) σ); a deviation below the floor moves nothing.
      const isMoving = deviation > floor
      const slope = isMoving ? -weighted / (divisor ** 2 * (count - ddof) * deviation) : 0
      addLineWhere(back, values, mask, { shift: mean, slope, constant: -plain / (divisor * count) })
      return back
    },
  }
}

/** From a + (b − a) · (x − l) / (u − l), l and u being percentiles; a where these are the same. */
function minMax({ percentiles, to: [a, b] }: StepOf<'min-max'>): SelectionChange {
  const endsIn = (values: Values, mask: Uint8Array) => {
    const [lower, upper] = endsOf(values, mask, percentiles)
    const extent = upper.value - lower.value
    return { lower, upper, extent, factor: extent === 0 ? 0 : (b - a) / extent }
  }
  return {
    apply: (values, { mask, touched }) => {
      const { lower, factor } = endsIn(values, mask)
      return affineWhere(values, touched, { shift: lower.value, factor, offset: a })
    },
    adjoint: (cotangents, values, { mask, touched }) => {
      const { lower, upper, extent, factor } = endsIn(values, mask)
      const back = scaleWhere(cotangents, touched, factor)
      if (extent === 0) return back
      const { plain, weighted } = cotangentSums(cotangents, values, touched, lower.value)
      lower.give(back, factor * (weighted / extent - plain))
      upper.give(back, (-factor * weighted) / extent)
      return back
    },
  }
}

/** Values within two percentiles; the gradient of what lies beyond goes to the percentiles themselves. */
function clipTo(percentiles: readonly [number, number]): SelectionChange {
  return {
    apply: (values, { mask, touched }) => {
      const [lower, upper] = endsOf(values, mask, percentiles)
      return clipWhere(values, touched, [lower.value, upper.value])
    },
    adjoint: (cotangents, values, { mask, touched }) => {
      const [lower, upper] = endsOf(values, mask, percentiles)
      const ends = [lower.value, upper.value] as const
      const { passed, below, above } = clipCotangents(cotangents, values, touched, ends)
      lower.give(passed, below)
      upper.give(passed, above)
      return passed
    },
  }
}

interface Percentile {
  readonly value: number
  /** Adds a cotangent of the percentile to those of the values that it lies between. */
  give(cotangents: Values, amount: number): void
}

function endsOf(values: Values, mask: Uint8Array, [lower, upper]: readonly [number, number]) {
  return [percentileOf(values, mask, lower), percentileOf(values, mask, upper)] as const
}

/**
 * NumPy's and PyTorch's default: linear between the values on either side. Of equal ones the first is taken.
 */
function percentileOf(values: Values, mask: Uint8Array, percent: number): Percentile {
  const taken = selected(values, mask)
  const position = ((taken.length - 1) * percent) / 100
  const rank = Math.floor(position)
  const weight = position - rank
  const below = orderStatistic(taken, rank)
  const above = weight === 0 ? below : orderStatistic(taken, rank + 1)
  return {
    value: below + weight * (above - below),
    give: (cotangents, amount) => {
      const add = (value: number, part: number) => {
        const place = placeOf(values, mask, value)
        cotangents[place] = entry(cotangents, place) + part * amount
      }
      add(below, 1 - weight)
      add(above, weight)
    },
  }
}
