import { entry } from '../../../core/entry.ts'
import { extents4, type Tensor } from '../../../core/tensor/tensor.ts'
import { dirname } from 'node:path'
import { endsOf } from '../../../core/math/histogram.ts'
import type { IntensityRange } from '../../../core/tensor/intensity-scale.ts'
import type { Notice } from '../../../core/errors.ts'
import type { Decompress } from '../../../core/dicom/codecs.ts'
import type { ImageCard } from '../../../core/model/card.ts'
import { channelCard } from '../../../core/model/channel-list.ts'
import { listedChannels, seriesChannels } from '../../../core/model/context.ts'
import { plainCard, preprocessingFor, type ImageShape } from '../../../core/model/preprocessing/chain.ts'
import { openBeside, type BesideSource } from '../../study/beside.ts'
import { ofOtherSeries, studyOfChannels } from '../../study/series-channels.ts'
import { leftOut } from '../../study/failures.ts'
import {
  createImageLoader,
  distinctNotices,
  type ImageLoader,
  type SeriesCounts,
  type StudyFrame,
} from '../../study/load-image.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'
import { ByteCache } from '../byte-cache.ts'
import type { FrameAddress, StudyFrames } from '../frames/run-frames.ts'
import { imageAt, type OpenedStudy, type StudyStore } from '../studies/study-store.ts'
import type { ModelInfo } from './model-registry.ts'

/**
 * What a model sees of a frame: its input before mean and standard deviation, in grey levels; of neighbouring
 * slices the frame's own.
 */
export interface ModelPreview {
  readonly rows: number
  readonly columns: number
  readonly channels: number
  /** uint8 [rows, columns, channels], base64. */
  readonly pixels: string
  /** What 0 and 255 are: the ends of `range` or of each channel's window, or the least and greatest value. */
  readonly ends: 'range' | 'windows' | 'values'
  readonly range: IntensityRange
  /** The steps from the image to the input, in order. */
  readonly steps: readonly string[]
}

/** Images by their places in a study; all by default. */
export interface ChosenImages {
  readonly study: string
  readonly images?: readonly number[] | undefined
}

/** A frame that is a channel of a model's input, and the card as it holds for that. */
export interface SeenChannel {
  /** Series Description (0008,103E); undefined of cards whose channels are no series. */
  readonly name: string | undefined
  readonly frame: StudyFrame
  readonly card: ImageCard
}

/** Frames in the intensity that a model's card asks for. */
export interface ModelViews {
  /** @throws RadversaryError dicom-unsupported where the image lacks what the card asks for. */
  frame(address: FrameAddress, model: ModelInfo): Promise<StudyFrame>
  /** The same by a card that is still being written. @throws as `frame` */
  draft(address: FrameAddress, card: ImageCard): Promise<StudyFrame>
  /**
   * The same of each series that is a channel of the model's input, at the same place, in their order; of other
   * cards the frame alone. @throws as `frame`; card-unsuited where a channel has no series or several, usage for
   * a frame of none of them
   */
  draftChannels(address: FrameAddress, card: ImageCard): Promise<readonly SeenChannel[]>
  /**
   * Why the model's card does not suit some images of a study, all by default: what a page asks about before
   * they are predicted or attacked. Images that can't be read are left out.
   */
  mismatches(chosen: ChosenImages, model: ModelInfo): Promise<readonly Notice[]>
  forget(study: string): void
}

export function createModelViews(
  studies: StudyStore,
  frames: StudyFrames,
  decompress?: Decompress,
): ModelViews {
  return new Views(studies, frames, decompress)
}

/** A loader holds the tables that its card names. */
const mostLoaders = 16

class Views implements ModelViews {
  /** Those of the models that were looked at last. */
  private readonly loaders = new ByteCache<ImageLoader>(mostLoaders, () => 1)
  /** Intensities of a study's series, which are counted once for all models. */
  private readonly counts = new Map<string, SeriesCounts>()

  constructor(
    private readonly studies: StudyStore,
    private readonly frames: StudyFrames,
    private readonly decompress: Decompress | undefined,
  ) {}

  async frame(address: FrameAddress, model: ModelInfo): Promise<StudyFrame> {
    const opened = await this.studies.find(address.study)
    return this.loaded(address, opened, await this.loaderOf(address.study, opened.study, model))
  }

  async draft(address: FrameAddress, card: ImageCard): Promise<StudyFrame> {
    const opened = await this.studies.find(address.study)
    return this.loaded(address, opened, this.newLoader(address.study, opened.study, card))
  }

  async draftChannels(address: FrameAddress, card: ImageCard): Promise<readonly SeenChannel[]> {
    if (seriesChannels(card.input).length === 0)
      return [{ name: undefined, frame: await this.draft(address, card), card }]
    const opened = await this.studies.find(address.study)
    const { study } = opened
    const { sopInstanceUid } = imageAt(opened, address.image)
    const ofChannels = await studyOfChannels(study, card)
    const chosen = ofChannels.images.find((image) => image.sopInstanceUid === sopInstanceUid)
    if (chosen === undefined) throw ofOtherSeries()
    const { channel, sameSlice = [] } = chosen
    if (channel === undefined) throw ofOtherSeries()
    const places = sameSlice.toSpliced(channel, 0, chosen)
    return Promise.all(
      places.map(async ({ sopInstanceUid: uid, header }, n) => {
        const own = channelCard(card, n)
        const image = study.images.findIndex((each) => each.sopInstanceUid === uid)
        return {
          name: header.seriesDescription,
          frame: await this.draft({ ...address, image }, own),
          card: own,
        }
      }),
    )
  }

  async mismatches({ study: id, images }: ChosenImages, model: ModelInfo): Promise<readonly Notice[]> {
    const opened = await this.studies.find(id)
    const loader = await this.loaderOf(id, opened.study, model)
    const chosen = images?.map((place) => imageAt(opened, place)) ?? opened.study.images
    const found = await Promise.all(
      oneOfEachSeries(chosen).map((image) => loader.mismatches(image).catch(leftOut)),
    )
    return distinctNotices(found.flat())
  }

  forget(study: string): void {
    this.counts.delete(study)
    this.loaders.forget(`${study}/`)
  }

  private loaderOf(id: string, study: Study, model: ModelInfo): Promise<ImageLoader> {
    return this.loaders.get(`${id}/${model.version}`, () => this.loaderWithInputs(id, study, model))
  }

  private async loaderWithInputs(
    id: string,
    study: Study,
    { path, card, inputs }: ModelInfo,
  ): Promise<ImageLoader> {
    const names = study.images.map(({ name }) => name)
    const beside = await openBeside(card, { folder: dirname(path), names, inputs })
    return this.newLoader(id, study, card, beside)
  }

  private newLoader(id: string, study: Study, card: ImageCard, beside?: BesideSource): ImageLoader {
    const counted: SeriesCounts = this.counts.get(id) ?? new Map<never, never>()
    this.counts.set(id, counted)
    return createImageLoader(study, card, { decompress: this.decompress, beside, counts: counted })
  }

  private async loaded(address: FrameAddress, opened: OpenedStudy, loader: ImageLoader): Promise<StudyFrame> {
    const image = imageAt(opened, address.image)
    return loader.frame(image, address.frame, await this.frames.frame(address))
  }
}

/**
 * Series that are looked at before a page is answered, at most; the others are refused when their turn comes.
 */
const mostSeries = 16

function oneOfEachSeries(images: readonly StudyImage[]): StudyImage[] {
  const all = [...new Set(images.map(({ series }) => series))]
  const step = Math.max(1, all.length / mostSeries)
  const some = all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step))
  return some.flatMap((series) => {
    const members = images.filter((image) => image.series === series)
    return members[Math.floor(members.length / 2)] ?? []
  })
}

function shapeOf({ float }: StudyFrame): ImageShape {
  const [, channels, rows, columns] = extents4(float.relative.shape)
  return [channels, rows, columns]
}

/**
 * What a model sees of a frame before mean and standard deviation, [1, C, H, W]. @throws RadversaryError
 * model-unsupported when such images can't be brought to the model's input.
 */
export function seenOf(frame: StudyFrame, card: ImageCard): Tensor {
  return preprocessingFor(plainCard(card), shapeOf(frame)).apply(frame.float.relative)
}

/** @param seen by `seenOf`, where it is at hand @throws as `seenOf` */
export function modelPreview(frame: StudyFrame, card: ImageCard, seen = seenOf(frame, card)): ModelPreview {
  const { float } = frame
  const { steps } = preprocessingFor(card, shapeOf(frame))
  const [, channels, rows, columns] = extents4(seen.shape)
  const ends = shownEnds(card)
  const grey = greyLevels(seen.data, ends === 'values')
  const pixels = Uint8ClampedArray.from({ length: seen.data.length }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels]
    return grey(entry(seen.data, channel * rows * columns + pixel))
  })
  return {
    rows,
    columns,
    channels,
    pixels: Buffer.from(pixels).toString('base64'),
    ends,
    range: float.range,
    steps: steps.map(({ name }) => name),
  }
}

function shownEnds({ input, normalisation }: ImageCard): ModelPreview['ends'] {
  if (normalisation !== undefined) return 'values'
  return listedChannels(input) === undefined ? 'range' : 'windows'
}

/** Grey levels of values in [0, 1], or of what lies between their own least and greatest. */
function greyLevels(values: Float32Array, isSpread: boolean): (value: number) => number {
  if (!isSpread) return (value) => Math.round(255 * value)
  const [least, most] = endsOf(values)
  const extent = most - least || 1
  return (value) => Math.round((255 * (value - least)) / extent)
}
