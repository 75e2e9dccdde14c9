import type { ModalityTransform, StoredFrame } from '../dicom/image.ts'
import { modalityFunction } from '../dicom/lookup-tables.ts'
import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import type { IntensityLine } from '../math/stored-values.ts'
import { storableRange } from './storable.ts'

/**
 * Which values become 0 (`lower`) and 1 (`upper`) in relative intensity: of the modality LUT's output (e.g.
 * HU), or of stored values as they are. The range's width is 1 in the units of the attack.
 */
export interface IntensityRange {
  readonly domain: 'modality' | 'stored'
  readonly lower: number
  readonly upper: number
  /** Unit of lower and upper, e.g. 'HU'. */
  readonly unit: string
}

/**
 * Stored values as levels of relative intensity. A level is one distinct intensity: a stored value or, where
 * a modality table has a plateau, all stored values of it. Levels are whole numbers that rise with the stored
 * value; their intensity rises or falls with them throughout.
 */
export interface IntensityScale {
  /** The smallest step between neighbouring levels, in relative units; above 0. */
  readonly levelWidth: number
  levelOf(stored: number): number
  intensityOf(level: number): number
  /** The level nearest to an intensity; may lie beyond what can be stored. */
  nearestLevel(intensity: number): number
  /** The stored value of a level that is nearest to `source`. */
  storedOf(level: number, source: number): number
  /** Where levels are stored values, and intensities lie on a line. */
  readonly line: IntensityLine | undefined
}

/**
 * The scale of a frame: relative = (value − lower) / (upper − lower) with value in the range's domain, and 1
 * − that for MONOCHROME1, so that 1 is always the bright end. Throws `dicom-unsupported` for a modality table
 * that both rises and falls, or is constant.
 */
export function intensityScale(
  frame: StoredFrame,
  modality: ModalityTransform,
  range: IntensityRange,
): IntensityScale {
  const width = range.upper - range.lower
  const ends =
    frame.photometric === 'MONOCHROME1'
      ? { zero: range.upper, span: -width }
      : { zero: range.lower, span: width }
  if (range.domain === 'stored') return linearScale({ slope: 1, intercept: 0 }, ends)
  return modality.kind === 'linear'
    ? linearScale(modality, ends)
    : tableScale(modality, storableRange(frame), ends)
}

/** The value that becomes 0, and how far from it lies the one that becomes 1. */
interface Ends {
  readonly zero: number
  readonly span: number
}

/** A level is a stored value. */
function linearScale(
  { slope, intercept }: { readonly slope: number; readonly intercept: number },
  { zero, span }: Ends,
): IntensityScale {
  const levelWidth = Math.abs(slope / span)
  if (!(levelWidth > 0 && Number.isFinite(levelWidth)))
    throw new RadversaryError(
      'dicom-unsupported',
      `Intensity: expected a rescale slope and a range other than 0, got slope ${slope} and width ${Math.abs(span)}`,
    )
  return {
    levelWidth,
    levelOf: (stored) => stored,
    intensityOf: (stored) => (stored * slope + intercept - zero) / span,
    nearestLevel: (intensity) => Math.round((intensity * span + zero - intercept) / slope),
    storedOf: (level) => level,
    line: { slope, intercept, zero, span },
  }
}

type Table = Extract<ModalityTransform, { kind: 'table' }>

/** A level is a run of equal entries; `firstStored` holds where each begins. */
function tableScale(
  modality: Table,
  [lowest, highest]: readonly [number, number],
  { zero, span }: Ends,
): IntensityScale {
  const first = Math.max(lowest, modality.firstStoredValue)
  const last = Math.min(highest, modality.firstStoredValue + modality.table.length - 1)
  const valueOf = modalityFunction(modality)
  const firstStored: number[] = []
  const intensities: number[] = []
  for (let stored = first; stored <= last; stored++) {
    const intensity = (valueOf(stored) - zero) / span
    if (intensity === intensities.at(-1)) continue
    firstStored.push(stored)
    intensities.push(intensity)
  }
  const sign = directionOf(intensities)
  const lastStored = [...firstStored.slice(1).map((stored) => stored - 1), highest]
  firstStored[0] = lowest
  const atMost = (values: readonly number[], value: number) =>
    lastIndexWhere(values.length, (i) => entry(values, i) <= value)
  const rising = intensities.map((intensity) => intensity * sign)
  const intensityOf = (level: number) => entry(intensities, level)
  return {
    levelWidth: smallestStep(rising),
    levelOf: (stored) => atMost(firstStored, stored),
    intensityOf,
    nearestLevel: (intensity) => {
      const below = Math.max(0, atMost(rising, intensity * sign))
      const above = Math.min(intensities.length - 1, below + 1)
      return Math.abs(intensityOf(above) - intensity) < Math.abs(intensityOf(below) - intensity)
        ? above
        : below
    },
    storedOf: (level, source) =>
      Math.min(Math.max(source, firstStored[level] ?? source), lastStored[level] ?? source),
    line: undefined,
  }
}

/** 1 for rising, −1 for falling intensities. */
function directionOf(intensities: readonly number[]): 1 | -1 {
  const rises = intensities.slice(1).filter((intensity, i) => intensity > entry(intensities, i)).length
  const steps = Math.max(0, intensities.length - 1)
  if (steps > 0 && rises === steps) return 1
  if (steps > 0 && rises === 0) return -1
  throw new RadversaryError(
    'dicom-unsupported',
    `Modality LUT: expected a table that rises or falls throughout, got ${rises} rises and ${steps - rises} falls`,
    {
      tip: 'Such a table has no inverse. Choose a stored-range in the model card: it leaves the modality LUT aside.',
    },
  )
}

function smallestStep(rising: readonly number[]): number {
  return rising
    .slice(1)
    .reduce((smallest, value, i) => Math.min(smallest, value - entry(rising, i)), Infinity)
}

/**
 * The last index below `length` for which `holds`, which is true up to some index and false from there on; −1
 * for none.
 */
function lastIndexWhere(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [-1, length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
