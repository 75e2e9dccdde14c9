import type { JsonObject } from '../card-place.ts'
import { extentsIn, numbersIn, unreadSettings, type BundleStep } from './monai-config.ts'
import { rescaled, standardised, withStatistic, type ValuesSoFar } from './monai-values.ts'

/** What is known of an image on its way to the network. */
export interface ImageSoFar {
  readonly isVolume: boolean
  /** Whether the network takes a volume of each of several series. */
  readonly isOfSeries: boolean
  readonly isResampled: boolean
  /** Whether rows and columns of a picture, which MONAI's readers exchange, were exchanged once more. */
  readonly isTransposed: boolean
  readonly values: ValuesSoFar
  /** Fields of a card that say where pixels come to lie. */
  readonly places: Readonly<Record<string, unknown>>
}

export interface ReadTransform {
  /** The image after the transform, as far as a card can say it. */
  readonly image: ImageSoFar
  /** Whether a card can say all of it. */
  readonly isWhole: boolean
  /** What a card can't say, or what differs in it, as the rest of a sentence. */
  readonly unsaid: readonly string[]
}

interface TransformReader {
  /** Settings that it reads. */
  readonly reads?: readonly string[]
  /** Others, and the values under which they change nothing. */
  readonly usual?: JsonObject
  /** The image after the transform; undefined where a card can't say it. */
  readonly read: (settings: JsonObject, image: ImageSoFar) => ImageSoFar | undefined
  /** What differs in a card although it was read. */
  readonly differs?: (image: ImageSoFar) => string | undefined
}

/** Transforms that leave pixels out that a network run on patches sees no worse. */
const cropping: readonly string[] = ['CropForeground']

/** Reads a transform of MONAI, by its name. */
export function readTransform(step: BundleStep, image: ImageSoFar): ReadTransform {
  const reader = transforms[step.name]
  const read = reader?.read(step.settings, image)
  if (reader === undefined || read === undefined)
    return {
      image,
      isWhole: cropping.includes(step.name),
      unsaid: [reader === undefined ? cantBeSaid : notAsSet],
    }
  const unread = unreadSettings(step, reader.reads ?? [], reader.usual)
  const differs = reader.differs?.(image)
  return {
    image: read,
    isWhole: unread.length === 0,
    unsaid: [...unread, ...(differs === undefined ? [] : [differs])],
  }
}

const cantBeSaid = "can't be said in a card"
const notAsSet = "can't be said in a card as it is set, or depends on what the file computes"

const asItIs: TransformReader = { read: (_settings, image) => image }

/** Values become floats; whole numbers would be rounded. */
const toFloats: TransformReader = {
  reads: ['dtype'],
  read: ({ dtype = null }, image) =>
    dtype === null || (typeof dtype === 'string' && /float|double/.test(dtype)) ? image : undefined,
}

const transforms: Readonly<Record<string, TransformReader>> = {
  LoadImage: toFloats,
  EnsureType: toFloats,
  ToTensor: toFloats,
  CastToType: toFloats,
  EnsureChannelFirst: asItIs,
  AddChannel: asItIs,
  Identity: asItIs,
  Transpose: {
    reads: ['indices'],
    read: ({ indices }, image) =>
      !image.isVolume && numbersIn(indices)?.join() === '0,2,1'
        ? { ...image, isTransposed: true }
        : undefined,
  },
  Orientation: { reads: ['axcodes', 'as_closest_canonical'], read: oriented },
  Spacing: {
    reads: ['pixdim', 'mode', 'dtype'],
    usual: {
      diagonal: false,
      padding_mode: 'border',
      align_corners: false,
      recompute_affine: false,
      scale_extent: false,
    },
    read: spaced,
  },
  Resize: {
    reads: ['spatial_size', 'size_mode', 'mode', 'align_corners', 'dtype'],
    usual: { anti_aliasing: false },
    read: resized,
  },
  ScaleIntensityRange: ofValues(['a_min', 'a_max', 'b_min', 'b_max', 'clip'], scaledRange),
  ScaleIntensity: ofStatistics(['minv', 'maxv', 'factor', 'channel_wise'], scaled),
  NormalizeIntensity: ofStatistics(['subtrahend', 'divisor', 'nonzero', 'channel_wise'], normalised),
  ScaleIntensityRangePercentiles: {
    ...ofStatistics(['lower', 'upper', 'b_min', 'b_max', 'clip', 'channel_wise'], scaledPercentiles),
    usual: { relative: false },
  },
  ClipIntensityPercentiles: {
    ...ofStatistics(['lower', 'upper', 'channel_wise'], clippedPercentiles),
    usual: { return_clipping_values: false },
  },
}

function placed(image: ImageSoFar, places: ImageSoFar['places']): ImageSoFar {
  return { ...image, places: { ...image.places, ...places } }
}

function oriented({ axcodes, as_closest_canonical: isCanonical }: JsonObject, image: ImageSoFar) {
  const codes = isCanonical === true ? 'RAS' : axcodes
  return image.isVolume && typeof codes === 'string'
    ? placed(image, { 'input.volume.orientation': codes })
    : undefined
}

/** Linear between voxels; −1 keeps a distance, which a card can't. */
function spaced({ pixdim, mode = 'bilinear' }: JsonObject, image: ImageSoFar) {
  const given = typeof pixdim === 'number' ? [pixdim, pixdim, pixdim] : numbersIn(pixdim)
  const isLinear = mode === 'bilinear' || mode === 'trilinear' || mode === 1
  if (!image.isVolume || given?.length !== 3 || !given.every((one) => one > 0) || !isLinear) return undefined
  return placed({ ...image, isResampled: true }, { 'input.volume.spacing': given })
}

const modes: Readonly<Record<string, string>> = {
  area: 'area-pytorch',
  bilinear: 'bilinear',
  trilinear: 'bilinear',
  bicubic: 'bicubic',
  nearest: 'nearest-floor',
  'nearest-exact': 'nearest',
}

function resized(settings: JsonObject, image: ImageSoFar) {
  const { spatial_size: size, size_mode: which = 'all', mode = 'area', align_corners: isAligned } = settings
  const extents = extentsIn(size, image.isVolume ? 3 : 2)
  const plain = modes[String(mode)]
  const word = isAligned !== true ? plain : plain === 'bilinear' ? 'bilinear-align-corners' : undefined
  if (extents === undefined || word === undefined || which !== 'all') return undefined
  const into = image.isVolume
    ? { 'input.volume.patch': extents, 'input.volume.run': 'resized' }
    : { 'input.size': extents }
  return placed({ ...image, isResampled: true }, { fit: { kind: 'stretch' }, interpolation: word, ...into })
}

type ChangeOfValues = (settings: JsonObject, image: ImageSoFar) => ValuesSoFar | undefined

function ofValues(reads: readonly string[], change: ChangeOfValues): TransformReader {
  return {
    reads: [...reads, 'dtype'],
    read: (settings, image) => {
      const values = change(settings, image)
      return values && { ...image, values }
    },
  }
}

/** Cards take statistics of a volume before it is resampled. */
function ofStatistics(reads: readonly string[], change: ChangeOfValues): TransformReader {
  return {
    ...ofValues(reads, change),
    differs: ({ isVolume, isResampled }) =>
      isVolume && isResampled
        ? 'comes after the volume was resampled, and a card takes statistics of a volume before: they may differ a little'
        : undefined,
  }
}

function scaledRange(settings: JsonObject, { values }: ImageSoFar) {
  const { a_min: lower, a_max: upper, b_min, b_max, clip: isClipped = false } = settings
  const [bottom, top] = [b_min ?? 0, b_max ?? 1]
  if (typeof lower !== 'number' || typeof upper !== 'number' || typeof isClipped !== 'boolean')
    return undefined
  if (typeof bottom !== 'number' || typeof top !== 'number') return undefined
  return rescaled(values, { lower, upper, bottom, top, isClipped })
}

/** To [minv, maxv], or by a factor where there are none. */
function scaled(settings: JsonObject, image: ImageSoFar) {
  const { minv = 0, maxv = 1, factor = null } = settings
  if (minv === null && maxv === null)
    return typeof factor === 'number' ? standardised(image.values, [0], [1 / (1 + factor)]) : image.values
  if (typeof minv !== 'number' || typeof maxv !== 'number') return undefined
  return byStatistic(settings, image, { kind: 'min-max', to: [minv, maxv] })
}

function normalised(settings: JsonObject, image: ImageSoFar) {
  const { subtrahend = null, divisor = null, nonzero = false } = settings
  if (typeof nonzero !== 'boolean') return undefined
  if (subtrahend === null && divisor === null) {
    const region = nonzero ? { region: { kind: 'non-zero' } } : {}
    return byStatistic(settings, image, { kind: 'z-score', ...region })
  }
  const [shift, by] = [listOf(subtrahend), listOf(divisor)]
  return nonzero || shift === undefined || by === undefined
    ? undefined
    : standardised(image.values, shift, by)
}

function scaledPercentiles(settings: JsonObject, image: ImageSoFar) {
  const { lower, upper, b_min, b_max, clip: isClipped = false } = settings
  const [bottom, top] = [b_min ?? 0, b_max ?? 1]
  if (![lower, upper, bottom, top].every((one) => typeof one === 'number')) return undefined
  const percentiles = [lower, upper]
  const toEnds = { kind: 'min-max', to: [bottom, top] }
  if (isClipped !== true) return byStatistic(settings, image, { ...toEnds, percentiles })
  // What was clipped ends at the percentiles, and percentiles of it would lie further in.
  const clipped = byStatistic(settings, image, { kind: 'clip', percentiles })
  return clipped && byStatistic(settings, { ...image, values: clipped }, toEnds)
}

function clippedPercentiles(settings: JsonObject, image: ImageSoFar) {
  const percentiles = [settings['lower'] ?? 0, settings['upper'] ?? 100]
  if (!percentiles.every((one) => typeof one === 'number')) return undefined
  return byStatistic(settings, image, { kind: 'clip', percentiles })
}

function listOf(value: unknown): number[] | undefined {
  return typeof value === 'number' ? [value] : numbersIn(value)
}

/** Values after a step of `normalisation`; of several series each its own, or one for all of them. */
function byStatistic(
  { channel_wise: isByChannel }: JsonObject,
  { isVolume, isOfSeries, isResampled, values }: ImageSoFar,
  step: JsonObject,
) {
  const isTogether = isOfSeries && isByChannel !== true
  const of = isTogether ? 'all' : isVolume ? 'volume' : isByChannel === true ? 'channel' : 'image'
  return withStatistic(values, { ...step, of, ...(isResampled && !isVolume && { at: 'input' }) })
}
