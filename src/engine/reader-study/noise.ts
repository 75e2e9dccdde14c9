import { entry } from '../../core/entry.ts'
import type { RandomSource } from '../../core/random.ts'
import type { StoredFrame, StoredValues } from '../../core/dicom/image.ts'

/**
 * Noise of an attack's size: each pixel that the attack has changed moves by a uniform whole number of stored
 * values, at most as far as the attack's farthest; what it left, padding too, stays.
 * @param frame the source @param attacked its adversarial values
 */
export function noiseLike(frame: StoredFrame, attacked: StoredValues, random: RandomSource): StoredValues {
  const { values, bitsStored, signed } = frame
  const [lowest, highest] = signed
    ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1]
    : [0, 2 ** bitsStored - 1]
  const size = largestDifference(values, attacked)
  return values.map((value, i) => {
    if (attacked[i] === value) return value
    const moved = value + Math.floor(((random.symmetric() + 1) / 2) * (2 * size + 1)) - size
    return Math.min(Math.max(moved, lowest), highest)
  })
}

/** How far apart two images are at most, in stored values; NaN where they have not as many. */
export function largestDifference(first: StoredValues, second: StoredValues): number {
  if (first.length !== second.length) return NaN
  let most = 0
  for (const [i, value] of first.entries()) most = Math.max(most, Math.abs(value - entry(second, i)))
  return most
}
