import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { PreprocessingStep } from './step.ts'
import { clipInto, isWithin, passWithin, scaleAndShift, withExactZeros } from '../../math/planes.ts'

export interface Standard {
  /** What relative intensities 0 and 1 become before mean and standard deviation, e.g. [0, 255]. */
  readonly valueRange: readonly [number, number]
  /** One number for all channels, or one per channel. */
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** y = (a + x · (b − a) − mean) / std per channel of [N, C, H, W], for the value range [a, b]. Affine. */
export function normalise({ valueRange: [a, b], mean, std }: Standard): PreprocessingStep {
  const scale = std.map((deviation) => (b - a) / deviation)
  const offset = Array.from(
    { length: Math.max(mean.length, std.length) },
    (_, c) => (a - perChannel(mean, c)) / perChannel(std, c),
  )
  return {
    name: 'mean and standard deviation',
    apply: (x) => affine(x, scale, offset),
    adjoint: (cotangent) => affine(cotangent, scale, [0]),
  }
}

/**
 * Relative intensities in the units of a value range, in which a zero is exactly 0, whatever float32 has
 * rounded; no step where these are the same.
 */
export function inUnitsOf(valueRange: Standard['valueRange']): PreprocessingStep[] {
  const [a, b] = valueRange
  if (a === 0 && b === 1) return []
  const units = normalise({ valueRange, mean: [0], std: [1] })
  const rounding = Math.abs(b - a) * 2 ** -20
  const apply = (x: Tensor) => {
    const { shape, data } = units.apply(x)
    return tensor(shape, withExactZeros(data, rounding))
  }
  return [{ ...units, name: `0 and 1 to ${a} and ${b}`, apply }]
}

/** The value of a channel, of one for all or one for each. */
export function perChannel(values: readonly number[], channel: number): number {
  return entry(values, values.length === 1 ? 0 : channel)
}

function affine(x: Tensor, scale: readonly number[], offset: readonly number[]): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Normalise')
  for (const { length } of [scale, offset])
    if (length !== 1 && length !== channels)
      throw new RadversaryError('tensor-invalid', `Normalise: expected ${length} channels, got ${channels}`)
  const out = tensor(x.shape)
  const plane = rows * columns
  for (let p = 0; p < count * channels; p++) {
    const factor = perChannel(scale, p % channels)
    const shift = perChannel(offset, p % channels)
    scaleAndShift(
      x.data.subarray(p * plane, (p + 1) * plane),
      factor,
      shift,
      out.data.subarray(p * plane, (p + 1) * plane),
    )
  }
  return out
}

/**
 * Relative intensities of any shape to [0, 1]: what a window does to values beyond its ends. The adjoint is
 * zero beyond the ends and passes *at* exactly 0 and 1: most of an image's background lies there, and such a
 * pixel must be able to move inwards. (One that moves outwards changes nothing and meets a zero gradient from
 * then on.) Images within [0, 1], which most are, come back as they are.
 */
export const clip: PreprocessingStep = {
  name: 'clip',
  apply: (x) => {
    if (isWithin(x.data)) return x
    const clipped = tensor(x.shape)
    clipInto(clipped.data, x.data)
    return clipped
  },
  adjoint: ({ shape, data }, x) => {
    const passed = tensor(shape)
    passWithin(passed.data, data, x.data)
    return passed
  },
}
