import { readInstance } from '../../adapters/fs/read-file.ts'
import type { Decompress } from '../../core/dicom/codecs.ts'
import { decodeFrame } from '../../core/dicom/decode.ts'
import { pixelMeaning } from '../../core/dicom/meaning.ts'
import type { Notice } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { cardOfChannel } from '../../core/model/channel-list.ts'
import {
  headerMismatches,
  rangeMismatches,
  type SeriesImage,
  type SuitedCard,
} from '../../core/model/suitability.ts'
import { leftOut } from './failures.ts'
import type { Study, StudyImage } from './open-study.ts'

/** Says whether a card suits images: what commands refuse, and the application asks about. */
export interface Suitability {
  /** Why not; none where it does. @param pixels those of the image, where they are at hand */
  mismatches(image: StudyImage, pixels?: SeriesImage): Promise<readonly Notice[]>
}

/** Headers are judged image by image, ranges once for each series, by some of its images. */
export function suitabilityIn(
  study: Study,
  card: SuitedCard & Pick<ModelCard, 'input'>,
  decompress?: Decompress,
): Suitability {
  const ofSeries = new Map<number, Promise<readonly Notice[]>>()
  const judged = async ({ series, channel }: StudyImage, own: SeriesImage) => {
    const suited = cardOfChannel(card, channel)
    const members = study.images.filter((image) => image.series === series)
    if (members.length === 1) return rangeMismatches(suited, [own])
    const some = await Promise.all(sample(members).map((image) => peek(image, decompress).catch(leftOut)))
    return rangeMismatches(suited, some.flat())
  }
  return {
    mismatches: async (image, pixels) => {
      const own = pixels ?? (await peek(image, decompress))
      const range = ofSeries.get(image.series) ?? judged(image, own)
      ofSeries.set(image.series, range)
      return [...headerMismatches(cardOfChannel(card, image.channel), own), ...(await range)]
    },
  }
}

/** Images from the middle half of a series, where most of a patient is. */
function sample(members: readonly StudyImage[]): StudyImage[] {
  const places = [0.25, 0.5, 0.75].map((part) => Math.floor(part * members.length))
  return [...new Set(places)].flatMap((place) => members[place] ?? [])
}

/** The frame in the middle of an image. */
async function peek({ header: { source } }: StudyImage, decompress?: Decompress): Promise<SeriesImage> {
  const instance = await readInstance(source)
  const index = Math.floor(instance.numberOfFrames / 2)
  const frame = await decodeFrame(instance, index, decompress)
  return { modality: instance.modality, frames: [{ frame, meaning: pixelMeaning(instance, index) }] }
}
