import { modalityRange, type Frame, type FrameValues } from './frame.ts'
import { lookUp } from './modality-table.ts'

/** Integers that a look-up table of display values can be made for, and how they become modality units. */
export interface DisplayPixels {
  readonly values: FrameValues
  readonly min: number
  readonly max: number
  readonly slope: number
  readonly intercept: number
}

const mostEntries = 2 ** 16

/**
 * What a table gives goes to the display as it is; its stored values would be shown in another order, or at
 * other distances.
 */
function inModalityUnits(frame: Frame): Pick<Frame, 'values' | 'min' | 'max' | 'slope' | 'intercept'> {
  const { table, values } = frame
  if (table === undefined) return frame
  const [min, max] = modalityRange(frame)
  return {
    values: Float32Array.from(values, (stored) => lookUp(table, stored)),
    min,
    max,
    slope: 1,
    intercept: 0,
  }
}

/**
 * Stored values as they are where a table of 65536 entries holds them; others (32 bits, float) are brought to
 * 16 bits with slope and intercept to match, so that the image is right to 1/65535 of its range. Probes
 * read the frame itself.
 */
export function displayPixels(frame: Frame): DisplayPixels {
  const { values, min, max, slope, intercept } = inModalityUnits(frame)
  if (!(values instanceof Float32Array) && max - Math.min(min, 0) < mostEntries)
    return { values, min, max, slope, intercept }
  const step = (max - min) / (mostEntries - 1) || 1
  const scaled = Uint16Array.from(values, (value) => Math.round((value - min) / step))
  return {
    values: scaled,
    min: 0,
    max: mostEntries - 1,
    slope: slope * step,
    intercept: slope * min + intercept,
  }
}

/**
 * Colour as the canvas wants it: RGBA, 8 bits. Values of more bits are scaled by the greatest that there is.
 */
export function rgbaPixels({ values, max, rows, columns }: Frame): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(rows * columns * 4).fill(255)
  const scale = max > 255 ? 255 / max : 1
  for (let from = 0, to = 0; from < values.length; from += 3, to += 4) {
    rgba[to] = (values[from] ?? 0) * scale
    rgba[to + 1] = (values[from + 1] ?? 0) * scale
    rgba[to + 2] = (values[from + 2] ?? 0) * scale
  }
  return rgba
}
