/** Samples of a picture, pixel-interleaved. */
export type PictureSamples = Uint8Array | Uint16Array | Int16Array

/** The first `kept` of `samples` samples of each pixel, and whether any other is below `opaque`. */
export function withoutAlpha<Kind extends PictureSamples>(
  pixels: Kind,
  into: Kind,
  [samples, kept]: readonly [samples: number, kept: number],
  opaque: number,
): { readonly pixels: Kind; readonly transparent: boolean } {
  let transparent = false
  for (let from = 0, to = 0; from < pixels.length; from += samples) {
    for (let sample = 0; sample < kept; sample++) into[to++] = pixels[from + sample]
    if (pixels[from + kept] < opaque) transparent = true
  }
  return { pixels: into, transparent }
}

/**
 * Indices as what a palette has for them. Those beyond its end are its first entry.
 * @param palette [colours, samples]
 */
export function throughPalette<Kind extends PictureSamples>(
  indices: PictureSamples,
  palette: Kind,
  into: Kind,
  samples: number,
): Kind {
  const colours = palette.length / samples
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const entry = indices[pixel] < colours ? indices[pixel] : 0
    for (let sample = 0; sample < samples; sample++)
      into[pixel * samples + sample] = palette[entry * samples + sample]
  }
  return into
}

/** How a picture lies in its file: which way to go in it for a step to the right and a step down. */
export interface Turn {
  readonly start: number
  readonly right: number
  readonly down: number
}

/**
 * Pixels of a picture that lies turned or mirrored in its file. @param size [rows, columns, samples] after
 * it
 */
export function turned<Kind extends PictureSamples | Int8Array | Uint32Array | Int32Array>(
  pixels: Kind,
  into: Kind,
  [rows, columns, samples]: readonly [rows: number, columns: number, samples: number],
  { start, right, down }: Turn,
): Kind {
  let to = 0
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const from = (start + row * down + column * right) * samples
      for (let sample = 0; sample < samples; sample++) into[to++] = pixels[from + sample]
    }
  return into
}

/** What numbers a file has. */
export interface ValueFacts {
  /** Taken of those that are finite; 0 where none is. */
  readonly lowest: number
  readonly highest: number
  readonly whole: boolean
  /** How many are NaN or infinite. */
  readonly strange: number
}

/** Values as they are, or those of which a slope and an intercept are taken. */
export type Numbers =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

export function factsOf(values: Numbers): ValueFacts {
  let [lowest, highest, whole, strange] = [Infinity, -Infinity, true, 0]
  for (const value of values) {
    if (!Number.isFinite(value)) {
      strange++
      continue
    }
    if (value < lowest) lowest = value
    if (value > highest) highest = value
    if (whole && value !== Math.floor(value)) whole = false
  }
  return strange === values.length
    ? { lowest: 0, highest: 0, whole, strange }
    : { lowest, highest, whole, strange }
}

/**
 * Values as the nearest of 16 bits that a slope and an intercept give back; what is no number as `strangeAs`.
 * @returns the largest difference between a value and what is given back
 */
export function storedByRescale(
  values: Numbers,
  into: Uint16Array | Int16Array,
  { slope, intercept }: { readonly slope: number; readonly intercept: number },
  [least, most]: readonly [least: number, most: number],
  strangeAs: number,
): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const value = Number.isFinite(values[i]) ? values[i] : Number.isNaN(values[i]) ? strangeAs : values[i]
    const stored = Math.min(Math.max(Math.round((value - intercept) / slope), least), most)
    into[i] = stored
    const error = Math.abs(stored * slope + intercept - value)
    if (error > largest && error !== Infinity) largest = error
  }
  return largest
}

/** Bytes of every second to eighth place in the other order, in place. @param size bytes of a number */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at + size <= bytes.length; at += size)
    for (let low = at, high = at + size - 1; low < high; low++, high--) {
      const byte = bytes[low]
      bytes[low] = bytes[high]
      bytes[high] = byte
    }
}
