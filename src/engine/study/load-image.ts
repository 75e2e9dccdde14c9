import { nameOf } from '../../adapters/fs/open-file.ts'
import { instanceOnce, readBytes, readInstance } from '../../adapters/fs/read-file.ts'
import type { Decompress } from '../../core/dicom/codecs.ts'
import { decodeFrame } from '../../core/dicom/decode.ts'
import { type Instance, parseInstance } from '../../core/dicom/instance.ts'
import { pixelMeaning } from '../../core/dicom/meaning.ts'
import type { BesideImages } from '../../core/model/beside.ts'
import { aspectNotices, frameStackNotices, imageNotices } from '../../core/dicom/notices.ts'
import type { Notice } from '../../core/errors.ts'
import type { BudgetScale } from '../../core/image/budget.ts'
import { createFloatImage, type FloatImage } from '../../core/image/float-image.ts'
import {
  countIntensities,
  type ImagePixels,
  type IntensityCounts,
} from '../../core/image/intensity-counts.ts'
import { type ResolvedIntensity, resolveIntensity, widthInHu } from '../../core/image/intensity.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { contextOf } from '../../core/model/context.ts'
import { cardOfChannel } from '../../core/model/channel-list.ts'
import { type SeriesImage, unsuited } from '../../core/model/suitability.ts'
import type { Study, StudyImage } from './open-study.ts'
import type { BesideSource } from './beside.ts'
import { suitabilityIn, type Suitability } from './suitability.ts'

/** One frame of an image, on its own pixel grid in the card's intensity. */
export interface StudyFrame {
  readonly image: StudyImage
  /** Counts from 0. */
  readonly index: number
  readonly pixels: ImagePixels
  readonly float: FloatImage
  readonly scale: BudgetScale
  /** What the model takes beside it, [1, …] each; undefined for models of images alone. */
  readonly beside: BesideImages | undefined
}

export interface LoadedImage {
  readonly image: StudyImage
  /** The source file's bytes. */
  readonly file: Uint8Array
  readonly frames: readonly StudyFrame[]
  /** What a user should know of how its intensities were taken. */
  readonly notices: readonly Notice[]
}

/** Reads images in the intensity that a model card asks for. */
export interface ImageLoader {
  /**
   * @throws RadversaryError io-failed, dicom-unreadable, dicom-unsupported; card-unsuited where the card does
   * not suit the image, unless that was forced: then it is a notice.
   */
  load(image: StudyImage): Promise<LoadedImage>
  /**
   * Why the card does not suit the image, or its series; none where it does. @param pixels those of the
   * image, where they are at hand @throws as `load`
   */
  mismatches(image: StudyImage, pixels?: SeriesImage): Promise<readonly Notice[]>
  /** The same for one frame, counted from 0, whose pixels are at hand. */
  frame(image: StudyImage, index: number, pixels: ImagePixels): Promise<StudyFrame>
}

export interface LoaderOptions {
  /** As in `decodeFrame`. */
  readonly decompress?: Decompress | undefined
  /** Whether images that the card does not suit are taken all the same, with a notice. */
  readonly forceIntensity?: boolean | undefined
  /** What models take beside images. */
  readonly beside?: BesideSource | undefined
  /** What was counted of each series, for loaders of one study to share. */
  readonly counts?: SeriesCounts
}

/** Intensities of series, by their places. */
export type SeriesCounts = Map<number, Promise<IntensityCounts>>

/** What a loader reads of a card. */
type LoaderCard = Pick<ModelCard, 'intensity' | 'modality' | 'fit' | 'input' | 'normalisation'>

/**
 * The loader of a study. Percentiles of a series are counted once, when the first image of the series is
 * asked for.
 */
export function createImageLoader(study: Study, card: LoaderCard, options: LoaderOptions = {}): ImageLoader {
  return new StudyLoader(study, card, options)
}

class StudyLoader implements ImageLoader {
  private readonly suitability: Suitability
  private readonly counts: SeriesCounts

  constructor(
    private readonly study: Study,
    private readonly card: LoaderCard,
    private readonly options: LoaderOptions,
  ) {
    this.suitability = suitabilityIn(study, card, options.decompress)
    this.counts = options.counts ?? new Map<never, never>()
  }

  mismatches(image: StudyImage, pixels?: SeriesImage): Promise<readonly Notice[]> {
    return this.suitability.mismatches(image, pixels)
  }

  async frame(image: StudyImage, index: number, pixels: ImagePixels): Promise<StudyFrame> {
    const resolved = resolveIntensity(this.intensityOf(image), pixels, await this.countsOf(image))
    const beside = await this.besideOf(image, instanceOnce(image.header.source), index)
    return frameOf(image, index, { pixels, ...resolved, beside })
  }

  async load(image: StudyImage): Promise<LoadedImage> {
    const file = await readBytes(image.header.source)
    const instance = parseInstance(file, { file: nameOf(image.header.source) })
    const pixels = await decodeFrames(instance, this.options.decompress)
    const mismatches = await this.checked(image, { modality: instance.modality, frames: pixels })
    const counted = await this.countsOf(image)
    const resolved = pixels.map((each) => ({
      pixels: each,
      ...resolveIntensity(this.intensityOf(image), each, counted),
    }))
    const frames = await Promise.all(
      resolved.map(async (each, index) =>
        frameOf(image, index, {
          ...each,
          beside: await this.besideOf(image, () => Promise.resolve(instance), index),
        }),
      ),
    )
    const notices = [
      ...mismatches.map(asForced),
      ...headerNotices(instance, this.card),
      ...pixels.flatMap(({ frame }) => frame.notices ?? []),
      ...resolved.flatMap((each) => each.notices),
    ]
    return { image, file, frames, notices: distinctNotices(notices) }
  }

  /** Why the card does not suit the image. @throws RadversaryError card-unsuited unless that was forced */
  private async checked(image: StudyImage, pixels: SeriesImage): Promise<readonly Notice[]> {
    const reasons = await this.suitability.mismatches(image, pixels)
    const [first, ...more] = reasons
    if (first !== undefined && this.options.forceIntensity !== true)
      throw unsuited([first, ...more], image.name)
    return reasons
  }

  private async besideOf(
    { name, sopInstanceUid }: StudyImage,
    instance: () => Promise<Instance>,
    index: number,
  ): Promise<BesideImages | undefined> {
    return this.options.beside?.of({ name, sopInstanceUid, instance, index })
  }

  private intensityOf({ channel }: StudyImage): ModelCard['intensity'] {
    return cardOfChannel(this.card, channel).intensity
  }

  /** Intensities of the image's series, where the card's ends depend on them. */
  private async countsOf(image: StudyImage): Promise<IntensityCounts | undefined> {
    const { series } = image
    const intensity = this.intensityOf(image)
    if (intensity.kind !== 'percentile' || intensity.of !== 'series') return undefined
    const known = this.counts.get(series) ?? this.counted(series)
    this.counts.set(series, known)
    return known
  }

  private counted(series: number): Promise<IntensityCounts> {
    const images = this.study.images.filter((image) => image.series === series)
    return countSeries(images, this.options.decompress)
  }
}

/** Warnings of a card that is applied where it does not suit. */
function asForced({ message }: Notice): Notice {
  return { message, tip: 'It was applied all the same, as was asked for: predictions may mean nothing.' }
}

function headerNotices(instance: Instance, card: LoaderCard): Notice[] {
  return [
    ...imageNotices(instance),
    ...(contextOf(card) > 0 ? frameStackNotices(instance) : []),
    ...aspectNotices(instance, card.fit.kind === 'letterbox' || card.fit.kind === 'centre-crop'),
  ]
}

interface ResolvedPixels extends ResolvedIntensity, Pick<StudyFrame, 'beside'> {
  readonly pixels: ImagePixels
}

function frameOf(image: StudyImage, index: number, { pixels, range, beside }: ResolvedPixels): StudyFrame {
  const float = createFloatImage(pixels.frame, pixels.meaning, range)
  const widthHu = widthInHu(range, pixels.meaning.modality)
  return { image, index, pixels, float, scale: { widthHu, levelWidth: float.levelWidth }, beside }
}

/** Each thing once, in the order in which it first came. */
export function distinctNotices(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((notice) => [notice.message, notice])).values()]
}

/** All frames of an instance with what they mean, in the bits that all of them need. */
export async function decodeFrames(instance: Instance, decompress?: Decompress): Promise<ImagePixels[]> {
  const frames: ImagePixels[] = []
  for (let index = 0; index < instance.numberOfFrames; index++)
    frames.push({
      frame: await decodeFrame(instance, index, decompress),
      meaning: pixelMeaning(instance, index),
    })
  const most = Math.max(...frames.map(({ frame }) => frame.bitsStored))
  return frames.map(({ frame, meaning }) => ({ frame: { ...frame, bitsStored: most }, meaning }))
}

/** Images that can't be read are left out here; they are reported when their turn comes. */
async function countSeries(
  images: readonly StudyImage[],
  decompress: Decompress | undefined,
): Promise<IntensityCounts> {
  const counts = countIntensities()
  for (const { header } of images) {
    const pixels = await readInstance(header.source)
      .then((instance) => decodeFrames(instance, decompress))
      .catch(() => [])
    for (const frame of pixels) counts.add(frame)
  }
  return counts
}
