/** Stored values, [H, W, C] of an image. */
type Stored = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array

/** The least and the largest of them. */
export function storedExtremes(values: Stored): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity]
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- it takes five times as long on typed arrays
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

/**
 * Planes [C, H, W] of what each stored value comes to; asked once for each of the values that there may be,
 * where these are fewer than pixels.
 */
export function mapStored(values: Stored, channels: number, of: (stored: number) => number): Float32Array {
  const [least, most] = storedExtremes(values)
  if (most - least >= values.length) return eachOf(values, channels, of)
  const table = new Float32Array(most - least + 1)
  for (let i = 0; i < table.length; i++) table[i] = of(least + i)
  return looked(values, channels, table, least)
}

function eachOf(values: Stored, channels: number, of: (stored: number) => number): Float32Array {
  const planes = new Float32Array(values.length)
  const plane = values.length / channels
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++) planes[c * plane + i] = of(values[i * channels + c])
  return planes
}

function looked(values: Stored, channels: number, table: Float32Array, least: number): Float32Array {
  const planes = new Float32Array(values.length)
  const plane = values.length / channels
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++) planes[c * plane + i] = table[values[i * channels + c] - least]
  return planes
}

/** intensity = (stored · slope + intercept − zero) / span */
export interface IntensityLine {
  readonly slope: number
  readonly intercept: number
  readonly zero: number
  readonly span: number
}

/**
 * What a pixel may be stored as: no padding, and on its side of it. Without padding its ends are Infinity.
 */
export interface StorableRange {
  readonly lowest: number
  readonly highest: number
  readonly padding: { readonly lower: number; readonly upper: number }
}

/** Planes [C, H, W] in relative intensity that are to be stored. */
export interface Unrounded {
  readonly x: Float32Array
  /** The source, which stays as it is where x is the same. */
  readonly relative: Float32Array
  readonly channels: number
  readonly lower: Float32Array | undefined
  readonly upper: Float32Array | undefined
}

/** Rounds to stored values on a line, into `stored`, which holds the source. False where x has a NaN. */
export function roundOnLine(
  stored: Stored,
  wish: Unrounded,
  line: IntensityLine,
  to: StorableRange,
): boolean {
  const { x, relative, channels, lower, upper } = wish
  const { slope, intercept, zero, span } = line
  const { lowest, highest, padding } = to
  const plane = x.length / channels
  for (let i = 0; i < x.length; i++) {
    const value = x[i]
    if (value === relative[i]) continue
    if (Number.isNaN(value)) return false
    const at = channels === 1 ? i : (i % plane) * channels + Math.floor(i / plane)
    const source = stored[at]
    const first = source > padding.upper ? padding.upper + 1 : source < padding.lower ? lowest : source
    const last =
      source < padding.lower
        ? Math.min(padding.lower - 1, highest)
        : source > padding.upper
          ? highest
          : source
    const least = lower === undefined ? -Infinity : lower[i]
    const most = upper === undefined ? Infinity : upper[i]
    const within = value < least ? least : value > most ? most : value
    const nearest = Math.round((within * span + zero - intercept) / slope)
    const level = nearest < first ? first : nearest > last ? last : nearest
    const intensity = (level * slope + intercept - zero) / span
    const isAllowed = intensity >= least && intensity <= most
    if (isAllowed) stored[at] = level
    else {
      const sourceIntensity = (source * slope + intercept - zero) / span
      const allowed = { sourceLevel: source, sourceIntensity, lower: least, upper: most }
      stored[at] = Math.min(Math.max(towardsSource(level, intensity, allowed), first), last)
    }
  }
  return true
}

interface Allowed {
  readonly sourceLevel: number
  readonly sourceIntensity: number
  readonly lower: number
  readonly upper: number
}

/**
 * `level`, or the next one towards the source when it lies outside what is allowed by more than float32's
 * rounding of the ends.
 */
export function towardsSource(
  level: number,
  intensity: number,
  { sourceLevel, sourceIntensity, lower, upper }: Allowed,
): number {
  if (intensity >= lower && intensity <= upper) return level
  const slack = 2 ** -22 * Math.max(Math.abs(sourceIntensity), Math.abs(intensity < lower ? lower : upper))
  const isOutside = intensity < lower - slack || intensity > upper + slack
  return isOutside ? level + Math.sign(sourceLevel - level) : level
}
