/** A bar of a round length. */
export interface ScaleBar {
  readonly millimetres: number
  readonly pixels: number
}

const roundLengths = [1, 2, 5]

/**
 * The longest bar of 1, 2 or 5 × 10ⁿ mm that is at most `most` screen pixels long; undefined without a
 * spacing.
 */
export function scaleBar(screenPixelsPerMillimetre: number | undefined, most: number): ScaleBar | undefined {
  if (screenPixelsPerMillimetre === undefined || !(screenPixelsPerMillimetre > 0)) return undefined
  const longest = most / screenPixelsPerMillimetre
  const power = 10 ** Math.floor(Math.log10(longest))
  const millimetres = power * (roundLengths.filter((length) => length * power <= longest).at(-1) ?? 1)
  return { millimetres, pixels: millimetres * screenPixelsPerMillimetre }
}

/** "5 cm", "2 mm", "200 µm". */
export function lengthText(millimetres: number): string {
  if (millimetres >= 10) return `${millimetres / 10} cm`
  return millimetres >= 1 ? `${millimetres} mm` : `${Math.round(millimetres * 1000)} µm`
}
