import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import { slicesOf } from '../../viewer/slices.ts'

/** A slice that a card is tried on. */
export interface SeenSlice {
  readonly study: string
  /** Place of the image in the study. */
  readonly image: number
  /** Counts from 0. */
  readonly frame: number
  /** Place in the series, from 0. */
  readonly slice: number
  readonly sopInstanceUid: string
}

const most = 5

/** Up to five slices of a series, spread evenly; the middle one of an uneven number is the series' own. */
export function seenSlices(study: string, images: SeriesInfo['images']): SeenSlice[] {
  const slices = slicesOf(images)
  const count = Math.min(most, slices.length)
  return Array.from({ length: count }, (_, n) =>
    Math.floor(((2 * n + 1) * slices.length) / (2 * count)),
  ).flatMap((slice) => {
    const place = slices[slice]
    const own = images.find(({ index }) => index === place?.image)
    return place && own ? [{ study, ...place, slice, sopInstanceUid: own.sopInstanceUid }] : []
  })
}
