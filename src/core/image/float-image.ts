import type { PixelMeaning, StoredFrame, StoredValues } from '../dicom/image.ts'
import { RadversaryError } from '../errors.ts'
import { mapStored, roundOnLine, towardsSource, type Unrounded } from '../math/stored-values.ts'
import { type IntensityRange, intensityScale, type IntensityScale } from '../tensor/intensity-scale.ts'
import { type Storable, storableFor } from '../tensor/storable.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'

/** Allowed values per pixel, both ends included; tensors of the image's shape, in relative intensity. */
export interface PixelInterval {
  readonly lower: Tensor
  readonly upper: Tensor
}

/**
 * One image as an attack's variable: [1, C, H, W] float32 in relative intensity (see `IntensityRange`; 1 is
 * the bright end, values beyond [0, 1] lie outside the window), with the way back to stored values. C is 1,
 * or 3 for RGB.
 */
export interface FloatImage {
  readonly frame: StoredFrame
  readonly range: IntensityRange
  /** The source image. */
  readonly relative: Tensor
  /** What each pixel can be stored as; both ends are the source where a pixel is padding and frozen. */
  readonly limits: PixelInterval
  /** Width of one stored level in relative units (the narrowest one of a modality table). */
  readonly levelWidth: number
  /**
   * x rounded to the nearest values that can be stored, within the limits and `allowed`; where the nearest
   * lies outside `allowed`, the next one towards the source is taken, so that a budget holds after rounding.
   * `allowed` must hold the source. Its ends are compared up to float32's rounding. (For an L2 budget, allow
   * what lies between source and x: rounding then never adds.) The result is what a reader of the stored
   * values gets, bit by bit.
   */
  quantize(x: Tensor, allowed?: PixelInterval): Tensor
  /**
   * The stored values nearest to x, within the limits, in the order and type of the source's. Pixels equal to
   * the source's are the source's bit by bit, also where float32 is coarser than the stored values (32-bit
   * images).
   */
  toStored(x: Tensor): StoredValues
  /**
   * The float image of other stored values for the same pixels, e.g. read back from an export: [1, C, H, W].
   */
  toRelative(values: StoredValues): Tensor
}

/**
 * The float image of a frame. Throws `dicom-unsupported` for a modality table without an inverse,
 * `tensor-invalid` when a tensor has another shape than the image.
 */
export function createFloatImage(
  frame: StoredFrame,
  meaning: PixelMeaning,
  range: IntensityRange,
): FloatImage {
  const scale = intensityScale(frame, meaning.modality, range)
  const pixels: Pixels = { frame, scale, storable: storableFor(frame, meaning.padding) }
  const relative = relativeOf(pixels, frame.values)
  return {
    frame,
    range,
    relative,
    limits: limitsOf(pixels),
    levelWidth: scale.levelWidth,
    quantize: (x, allowed) => relativeOf(pixels, storedOf(pixels, relative, x, allowed)),
    toStored: (x) => storedOf(pixels, relative, x),
    toRelative: (values) => relativeOf(pixels, values),
  }
}

interface Pixels {
  readonly frame: StoredFrame
  readonly scale: IntensityScale
  readonly storable: Storable
}

function shapeOf({ samplesPerPixel, rows, columns }: StoredFrame): readonly [number, number, number, number] {
  return [1, samplesPerPixel, rows, columns]
}

/** Where the sample at `planar` of a tensor [1, C, H, W] lies among the pixel-interleaved stored values. */
function storedIndex({ samplesPerPixel, rows, columns }: StoredFrame, planar: number): number {
  if (samplesPerPixel === 1) return planar
  const plane = rows * columns
  return (planar % plane) * samplesPerPixel + Math.floor(planar / plane)
}

function relativeOf({ frame, scale }: Pixels, values: StoredValues): Tensor {
  if (values.length !== frame.values.length)
    throw new RadversaryError(
      'tensor-invalid',
      `Float image: expected ${frame.values.length} stored values, got ${values.length}`,
    )
  const relative = mapStored(values, frame.samplesPerPixel, (stored) =>
    scale.intensityOf(scale.levelOf(stored)),
  )
  return tensor(shapeOf(frame), relative)
}

function limitsOf({ frame, scale, storable }: Pixels): PixelInterval {
  const end = (pick: (a: number, b: number) => number) => (source: number) =>
    pick(
      scale.intensityOf(scale.levelOf(storable.lowestFor(source))),
      scale.intensityOf(scale.levelOf(storable.highestFor(source))),
    )
  const limit = (of: (source: number) => number) =>
    tensor(shapeOf(frame), mapStored(frame.values, frame.samplesPerPixel, of))
  return { lower: limit(end(Math.min)), upper: limit(end(Math.max)) }
}

function storedOf(pixels: Pixels, relative: Tensor, x: Tensor, allowed?: PixelInterval): StoredValues {
  for (const given of [x, allowed?.lower, allowed?.upper]) checkShape(given, relative)
  const { frame, scale, storable } = pixels
  const stored = frame.values.slice()
  const unrounded = {
    x: x.data,
    relative: relative.data,
    channels: frame.samplesPerPixel,
    lower: allowed?.lower.data,
    upper: allowed?.upper.data,
  }
  const areNumbers =
    scale.line === undefined
      ? roundByTable(stored, unrounded, pixels)
      : roundOnLine(stored, unrounded, scale.line, storable)
  if (!areNumbers) throw new RadversaryError('tensor-invalid', 'Float image: expected numbers, got NaN')
  return stored
}

/** As `roundOnLine`, where a level may be several stored values. */
function roundByTable(
  stored: StoredValues,
  { x, relative, lower: least, upper: most }: Unrounded,
  { frame, scale, storable }: Pixels,
): boolean {
  for (let planar = 0; planar < x.length; planar++) {
    const wish = x[planar] ?? NaN
    if (wish === relative[planar]) continue
    if (Number.isNaN(wish)) return false
    const at = storedIndex(frame, planar)
    const source = frame.values[at] ?? NaN
    const [lower, upper] = [least?.[planar] ?? -Infinity, most?.[planar] ?? Infinity]
    const [first, last] = [storable.lowestFor(source), storable.highestFor(source)]
    const nearest = scale.nearestLevel(Math.min(Math.max(wish, lower), upper))
    const level = Math.min(Math.max(nearest, scale.levelOf(first)), scale.levelOf(last))
    const sourceLevel = scale.levelOf(source)
    const sourceIntensity = scale.intensityOf(sourceLevel)
    const taken = towardsSource(level, scale.intensityOf(level), {
      sourceLevel,
      sourceIntensity,
      lower,
      upper,
    })
    stored[at] = Math.min(Math.max(scale.storedOf(taken, source), first), last)
  }
  return true
}

function checkShape(given: Tensor | undefined, { shape }: Tensor): void {
  if (given && given.shape.join() !== shape.join())
    throw new RadversaryError(
      'tensor-invalid',
      `Float image: expected [${shape.join(', ')}], got [${given.shape.join(', ')}]`,
    )
}
