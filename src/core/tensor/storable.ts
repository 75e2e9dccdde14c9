import type { PixelPadding, StoredRange } from '../dicom/image.ts'
import type { StorableRange } from '../math/stored-values.ts'

/** Smallest and largest stored value for BitsStored (0028,0101) and PixelRepresentation (0028,0103). */
export function storableRange({ bitsStored, signed }: StoredRange): [number, number] {
  return signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1]
}

/**
 * What pixels may become: a padding pixel only itself; any other stays on its side of the padding values, so
 * that it can't turn into padding.
 */
export interface Storable extends StorableRange {
  lowestFor(stored: number): number
  highestFor(stored: number): number
}

/** Padding that no value lies beside. */
const noPadding: PixelPadding = { lower: Infinity, upper: Infinity }

export function storableFor(range: StoredRange, padding: PixelPadding = noPadding): Storable {
  const [lowest, highest] = storableRange(range)
  const { lower, upper } = padding
  return {
    lowest,
    highest,
    padding,
    lowestFor: (stored) => (stored > upper ? upper + 1 : stored < lower ? lowest : stored),
    highestFor: (stored) =>
      stored < lower ? Math.min(lower - 1, highest) : stored > upper ? highest : stored,
  }
}
