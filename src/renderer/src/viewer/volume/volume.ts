import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import { modalityValue, type Frame, type FrameValues } from '../frame.ts'

/** What a volume's values mean: as of a frame, the same for all slices. */
type Levels = Pick<Frame, 'photometric' | 'slope' | 'intercept' | 'unit' | 'window' | 'min' | 'max'>

/** All slices of a series in one array [slices, rows, columns]. */
export interface Volume extends Levels {
  readonly grid: VolumeGrid
  readonly values: FrameValues
  /** Whether a slice has come; the others are at the least value. */
  readonly has: (slice: number) => boolean
}

/** Takes slices as they come. */
export interface VolumeBuilder {
  /** @param slice its place along the grid's third axis. @throws Error where its size is another. */
  readonly put: (frame: Frame, slice: number) => void
  /** Slices that have come. */
  readonly count: number
  readonly has: (slice: number) => boolean
  readonly bytes: number
  /** What is there; slices that have not come are at the least value. Undefined before the first. */
  readonly volume: () => Volume | undefined
}

/**
 * Keeps stored values while all slices have the same slope and intercept, and no table; else all become
 * values of the modality (PET scales each slice by itself).
 */
export function volumeBuilder(grid: VolumeGrid): VolumeBuilder {
  const there = new Set<number>()
  let state: { values: FrameValues; levels: Levels } | undefined
  const put = (frame: Frame, slice: number): void => {
    checkSize(grid, frame)
    const began = state ?? begin(grid, frame)
    const { values, levels } = isAlike(frame, began) ? began : inModality(began)
    const next = isAlike(frame, { values, levels }) ? frame : modalityFrame(frame)
    values.set(next.values, slice * next.values.length)
    there.add(slice)
    state = { values, levels: widened(levels, next, slice === Math.floor(grid.size[2] / 2)) }
  }
  return {
    put,
    get count() {
      return there.size
    },
    has: (slice) => there.has(slice),
    get bytes() {
      return state?.values.byteLength ?? 0
    },
    volume: () => {
      if (state === undefined) return undefined
      const { values, levels } = state
      const length = grid.size[0] * grid.size[1]
      for (let k = 0; k < grid.size[2]; k++)
        if (!there.has(k)) values.fill(levels.min, k * length, (k + 1) * length)
      const known = new Set(there)
      return { grid, values, has: (slice) => known.has(slice), ...levels }
    },
  }
}

function checkSize({ size }: VolumeGrid, { rows, columns }: Frame): void {
  if (columns === size[0] && rows === size[1]) return
  throw new Error(`internal: volume: expected a slice of ${size[0]}x${size[1]}, got ${columns}x${rows}`)
}

interface State {
  readonly values: FrameValues
  readonly levels: Levels
}

function begin({ size }: VolumeGrid, frame: Frame): State {
  const first = frame.table === undefined ? frame : modalityFrame(frame)
  const make = first.values.constructor as new (length: number) => FrameValues
  const { photometric, slope, intercept, unit, window, min, max } = first
  const levels = { photometric, slope, intercept, unit, window, min, max }
  return { values: new make(size[0] * size[1] * size[2]), levels }
}

function isAlike({ values, slope, intercept, table }: Frame, { values: all, levels }: State): boolean {
  return (
    table === undefined &&
    values.constructor === all.constructor &&
    slope === levels.slope &&
    intercept === levels.intercept
  )
}

function inModality({ values, levels }: State): State {
  const { slope, intercept, min, max } = levels
  const ends = [min * slope + intercept, max * slope + intercept]
  return {
    values: Float32Array.from(values, (stored) => stored * slope + intercept),
    levels: { ...levels, slope: 1, intercept: 0, min: Math.min(...ends), max: Math.max(...ends) },
  }
}

function modalityFrame(frame: Frame): Frame {
  const { columns, table, slope, intercept } = frame
  const values = Float32Array.from(frame.values, (_, i) =>
    table === undefined
      ? (frame.values[i] ?? NaN) * slope + intercept
      : (modalityValue(frame, i % columns, Math.floor(i / columns)) ?? NaN),
  )
  let [min, max] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return { ...frame, values, slope: 1, intercept: 0, table: undefined, min, max }
}

/** The window is the middle slice's. */
function widened(levels: Levels, { min, max, window }: Frame, isMiddle: boolean): Levels {
  return {
    ...levels,
    min: Math.min(levels.min, min),
    max: Math.max(levels.max, max),
    window: isMiddle ? window : levels.window,
  }
}
