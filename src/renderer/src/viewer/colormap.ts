import type { Frame } from './frame.ts'
import { shortNumber } from './probe.ts'

/**
 * Signed colours centred on zero: negative goes through blue to azure, positive through brown to a light
 * orange, so that they differ in hue for colour-blind readers too, and lightness is the size. Zero is black.
 * Magnitudes go through green, which neither side has.
 */
const stops = {
  negative: [
    [0, 0, 0],
    [10, 40, 130],
    [30, 105, 220],
    [110, 200, 255],
  ],
  positive: [
    [0, 0, 0],
    [130, 40, 0],
    [225, 105, 0],
    [255, 190, 75],
  ],
  magnitude: [
    [0, 0, 0],
    [15, 85, 55],
    [60, 170, 80],
    [225, 245, 150],
  ],
} as const

/** Entries on each side of zero. */
const half = 255

/** What colours show: size and sign, as of a perturbation, or the size alone. */
export type Colours = 'signed' | 'magnitude'

/** How values are painted: alone on black, or over an image, where small values are see-through. */
export type ColormapUse = 'alone' | 'over'

/** RGB of a value in [−1, 1]; what is beyond takes the end's colour. */
export function colourOf(value: number, colours: Colours): readonly [number, number, number] {
  const size = Math.min(Math.abs(value), 1) * 3
  const side = stops[colours === 'magnitude' ? 'magnitude' : value < 0 ? 'negative' : 'positive']
  const at = Math.min(Math.floor(size), 2)
  const [from, to] = [side[at], side[at + 1]]
  const mix = (channel: 0 | 1 | 2) => {
    const start = from?.[channel] ?? 0
    return Math.round(start + ((to?.[channel] ?? 0) - start) * (size - at))
  }
  return [mix(0), mix(1), mix(2)]
}

/** 511 entries from −1 to 1, each a pixel of a canvas's memory (little-endian ABGR). */
function table(colours: Colours, use: ColormapUse): Uint32Array {
  return Uint32Array.from({ length: 2 * half + 1 }, (_, i) => {
    const value = (i - half) / half
    const [r, g, b] = colourOf(value, colours)
    const alpha = use === 'alone' ? 255 : Math.round(255 * Math.min(1, Math.abs(value) * 1.5))
    return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0
  })
}

const tables = {
  signed: { alone: table('signed', 'alone'), over: table('signed', 'over') },
  magnitude: { alone: table('magnitude', 'alone'), over: table('magnitude', 'over') },
}

/**
 * How sizes become lightness: as they are; by their logarithm, so that a hundredth of the limit still shows;
 * or by how many of the image's sizes are smaller.
 */
export type ColourScale = 'linear' | 'log' | 'rank'

/** How values become colours. */
export interface Painting {
  readonly scale: ColourScale
  readonly colours: Colours
  /** What takes the strongest colour, and what is beyond it too. */
  readonly limit: number
  readonly use: ColormapUse
}

/**
 * Paints values [rows, columns, samples] into RGBA pixels. Of colour images the sample of the greatest size
 * is painted.
 */
export function paintValues(
  values: Float32Array,
  rgba: Uint8ClampedArray,
  { colours, scale: kind, limit, use, samples }: Painting & { readonly samples: 1 | 3 },
): void {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength / 4)
  const entries = tables[colours][use]
  const scale = half / limit
  const last = 2 * half
  const bent = kind === 'linear' ? undefined : bend(values, kind, limit)
  for (let i = 0; i < pixels.length; i++) {
    const value = samples === 1 ? (values[i] ?? 0) : strongest(values, i * 3)
    const entry = (bent === undefined ? Math.round(value * scale) : bentEntry(value, bent, limit)) + half
    pixels[i] = entries[entry < 0 ? 0 : entry > last ? last : entry] ?? 0
  }
}

/** Sizes from 0 to the limit in so many steps. */
const bins = 4096

/** Below this part of the limit a logarithmic scale is linear. */
const linearPart = 0.01

/** Entry of the colour table, 0 to `half`, of each step of sizes. */
function bend(values: Float32Array, kind: 'log' | 'rank', limit: number): Uint8Array {
  const part = kind === 'log' ? logarithms() : ranks(values, limit)
  return Uint8Array.from(part, (place) => Math.round(place * half))
}

function logarithms(): Float32Array {
  const whole = Math.log1p(1 / linearPart)
  return Float32Array.from({ length: bins + 1 }, (_, i) => Math.log1p(i / bins / linearPart) / whole)
}

/** The part of all sizes but 0 that is as large as a step's or smaller. */
function ranks(values: Float32Array, limit: number): Float32Array {
  const counts = new Float32Array(bins + 1)
  for (const value of values)
    if (value !== 0) counts[binOf(value, limit)] = (counts[binOf(value, limit)] ?? NaN) + 1
  const total = counts.reduce((sum, count) => sum + count, 0)
  let before = 0
  return counts.map((count) => (before += count) / Math.max(total, 1))
}

function binOf(value: number, limit: number): number {
  return Math.min(bins, Math.round((Math.abs(value) / limit) * bins))
}

function bentEntry(value: number, bent: Uint8Array, limit: number): number {
  if (value === 0) return 0
  const entry = bent[binOf(value, limit)] ?? half
  return value < 0 ? -entry : entry
}

function strongest(values: Float32Array, first: number): number {
  let found = 0
  for (let i = first; i < first + 3; i++) {
    const value = values[i] ?? 0
    if (Math.abs(value) > Math.abs(found)) found = value
  }
  return found
}

/** In which unit the legend of a perturbation counts. */
export type LegendUnit = 'modality' | 'grey-levels' | 'stored-levels'

/** How sizes of one image's perturbation turn into each other. */
export interface PerturbationScale {
  /** Width of the model's intensity range, in modality units. */
  readonly rangeWidth: number
  /** Modality units per stored level. */
  readonly slope: number
  /** e.g. HU; empty where the file names none. */
  readonly unit: string
}

/**
 * The change that takes the strongest colour, in modality units: at ×1 the colours span the whole intensity
 * range.
 */
export function colourLimit({ rangeWidth }: PerturbationScale, magnification: number): number {
  return rangeWidth / magnification
}

/** "±13.3 HU", "±8 grey levels of 255", "±5 stored levels". */
export function limitText(scale: PerturbationScale, magnification: number, unit: LegendUnit): string {
  const limit = colourLimit(scale, magnification)
  switch (unit) {
    case 'modality':
      return `±${shortNumber(limit)}${scale.unit === '' || scale.unit === 'US' ? '' : ` ${scale.unit}`}`
    case 'grey-levels':
      return `±${shortNumber((limit / scale.rangeWidth) * 255)} grey levels of 255`
    case 'stored-levels':
      return `±${shortNumber(limit / Math.abs(scale.slope))} stored levels`
  }
}

/**
 * The magnitude that takes the strongest colour: at ×1 the image's greatest. Where all are zero any will
 * do.
 */
export function magnitudeLimit({ min, max }: Pick<Frame, 'min' | 'max'>, magnification: number): number {
  return Math.max(Math.abs(min), Math.abs(max)) / magnification || 1
}

/**
 * A magnification at which a budget, as a fraction of the intensity range, fills the colours: a round one
 * from 1 to 100.
 */
export function fittingMagnification(epsilon: number | undefined): number {
  if (epsilon === undefined || !(epsilon > 0)) return 30
  return Math.min(100, Math.max(1, Math.round(1 / epsilon)))
}
