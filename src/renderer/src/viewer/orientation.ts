/**
 * Letters at the four sides of an image, e.g. R on the left of an axial CT. Empty where the orientation is
 * unknown.
 */
export interface OrientationMarkers {
  readonly left: string
  readonly right: string
  readonly top: string
  readonly bottom: string
}

export interface Turned {
  /** Degrees, clockwise. */
  readonly rotation: number
  readonly hflip: boolean
  readonly vflip: boolean
}

const axes = [
  ['L', 'R'],
  ['P', 'A'],
  ['H', 'F'],
] as const

/**
 * The patient's directions that a direction cosine points to, strongest first: PS3.3 C.7.6.1.1.1 (L, P and H
 * are positive).
 */
export function directionLetters(cosines: readonly number[]): string {
  return axes
    .map(([positive, negative], axis) => ({
      size: Math.abs(cosines[axis] ?? 0),
      letter: (cosines[axis] ?? 0) > 0 ? positive : negative,
    }))
    .filter(({ size }) => size > 0.3)
    .sort((a, b) => b.size - a.size)
    .slice(0, 2)
    .map(({ letter }) => letter)
    .join('')
}

/**
 * Markers of an image with this Image Orientation (Patient): six cosines, along the rows and down the
 * columns; turned as it is shown.
 */
export function orientationMarkers(
  orientation: readonly number[] | undefined,
  turned: Turned,
): OrientationMarkers {
  const along = orientation?.slice(0, 3) ?? []
  const down = orientation?.slice(3, 6) ?? []
  const right = directionLetters(turned.hflip ? opposite(along) : along)
  const left = directionLetters(turned.hflip ? along : opposite(along))
  const bottom = directionLetters(turned.vflip ? opposite(down) : down)
  const top = directionLetters(turned.vflip ? down : opposite(down))
  const clockwise = [top, right, bottom, left]
  const quarters = ((Math.round(turned.rotation / 90) % 4) + 4) % 4
  const [newTop = '', newRight = '', newBottom = '', newLeft = ''] = clockwise.map(
    (_, i) => clockwise[(i - quarters + 4) % 4] ?? '',
  )
  return { top: newTop, right: newRight, bottom: newBottom, left: newLeft }
}

function opposite(cosines: readonly number[]): number[] {
  return cosines.map((cosine) => -cosine)
}

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
