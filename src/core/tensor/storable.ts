import type { PixelPadding, StoredRange } from '../dicom/image.ts'

/** Smallest and largest stored value for BitsStored (0028,0101) and PixelRepresentation (0028,0103). */
export function storableRange({ bitsStored, signed }: StoredRange): [number, number] {
  return signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1]
}

/**
 * What pixels may become: a padding pixel only itself; any other stays on its side of the padding values, so
 * that it can't turn into padding.
 */
export interface Storable {
  lowestFor(stored: number): number
  highestFor(stored: number): number
}

export function storableFor(range: StoredRange, padding: PixelPadding | undefined): Storable {
  const [lowest, highest] = storableRange(range)
  if (padding === undefined) return { lowestFor: () => lowest, highestFor: () => highest }
  const { lower, upper } = padding
  return {
    lowestFor: (stored) => (stored > upper ? upper + 1 : stored < lower ? lowest : stored),
    highestFor: (stored) => (stored < lower ? lower - 1 : stored > upper ? highest : stored),
  }
}
