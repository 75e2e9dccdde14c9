import { type Frame, modalityValue } from '../frame.ts'
import { pixelsIn, type RegionShape } from '../region.ts'

/** Values of the pixels whose centres lie in a shape, in modality units. */
export interface Statistics {
  readonly pixels: number
  readonly mean: number
  /** A population's: divided by the number of pixels. */
  readonly sd: number
  readonly min: number
  readonly max: number
}

/** How a region's values have changed: differences of the numbers after and before. */
export interface Change extends Statistics {
  /** What the numbers were before. */
  readonly before: Statistics
}

/** Undefined of colour images, and where a shape holds no pixel. */
export function statisticsOf(frame: Frame, shape: RegionShape): Statistics | undefined {
  return summary(pixelsIn(frame, shape).map(({ x, y }) => modalityValue(frame, x, y) ?? NaN))
}

/**
 * The statistics of an image from what it is and how each pixel was changed, in modality units.
 * @param change after − before, of the same pixels
 */
export function changeOf(after: Frame, change: Frame, shape: RegionShape): Change | undefined {
  const pixels = pixelsIn(after, shape)
  const now = statisticsOf(after, shape)
  const before = summary(
    pixels.map(({ x, y }) => (modalityValue(after, x, y) ?? NaN) - (modalityValue(change, x, y) ?? NaN)),
  )
  return now && before && { ...now, before }
}

function summary(values: readonly number[]): Statistics | undefined {
  const pixels = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / pixels
  if (!Number.isFinite(mean)) return undefined
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels
  const [min, max] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  )
  return { pixels, mean, sd: Math.sqrt(variance), min, max }
}
