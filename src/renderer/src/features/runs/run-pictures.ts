import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import type { FrameReport } from '../../../../engine/attack/image-result.ts'
import type { FrameMasks, RunPictures } from '../../viewer/run-pictures.ts'
import { classColour } from '../model/class-colours.ts'
import { isAtWork, type LiveRun } from './live-run.ts'

/** Where a run's results lie, by the study's images: the same SOP Instance UID. */
export function placesOf(live: LiveRun, study: StudyInfo): ReadonlyMap<number, number> {
  const images = new Map(
    study.series.flatMap(({ images: own }) => own.map(({ sopInstanceUid, index }) => [sopInstanceUid, index] as const)),
  )
  return new Map(
    [...live.images].flatMap(([place, { sopInstanceUid }]) => {
      const index = images.get(sopInstanceUid)
      return index === undefined ? [] : [[index, place] as const]
    }),
  )
}

/**
 * Where the results of a study's image will lie while they are still to come: its place among the images to be attacked, which are all of
 * the study or those with the UIDs asked for. −1 for an image that is left out.
 */
export function placeAmong(image: number, study: StudyInfo, uids: readonly string[] | null): number {
  return study.series
    .flatMap(({ images }) => images)
    .filter(({ sopInstanceUid }) => uids === null || uids.includes(sopInstanceUid))
    .map(({ index }) => index)
    .sort((a, b) => a - b)
    .indexOf(image)
}

/** What viewports must know of a run. */
export function runPictures(run: string, live: LiveRun, study: StudyInfo, classes: readonly string[]): RunPictures {
  const places = placesOf(live, study)
  const masks = new Map<FrameReport, FrameMasks | undefined>()
  return {
    ...{ run, study: study.id, isRunning: isAtWork(live) },
    placeOf: (image) => places.get(image),
    rangeWidth: (image, slope) => {
      const range = live.images.get(places.get(image) ?? -1)?.frames[0]?.range
      return range && (range.upper - range.lower) * (range.domain === 'stored' ? Math.abs(slope) : 1)
    },
    masksOf: (image, frame) => {
      const report = live.images.get(places.get(image) ?? -1)?.frames[frame]
      if (report === undefined) return undefined
      if (!masks.has(report)) masks.set(report, masksOf(report, classes))
      return masks.get(report)
    },
  }
}

function masksOf({ masks, segments }: FrameReport, classes: readonly string[]): FrameMasks | undefined {
  if (masks === undefined || segments === undefined) return undefined
  const shown = segments.before.map(({ class: name }) => {
    const index = classes.indexOf(name)
    return { index, name, colour: classColour(index) }
  })
  return { before: masks.before, after: masks.after, classes: shown }
}
