import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { FrameReport } from '../../../engine/export/image-result.ts'
import type { RunInfo } from '../../../engine/server/runs/run-info.ts'
import type { StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { api } from '../api/client.ts'
import { fittingMagnification } from '../viewer/colormap.ts'
import { shownClasses } from '../viewer/mask-pixels.ts'
import type { BoxOverlay } from '../viewer/overlays.ts'
import type { FrameMasks, RunImages } from '../viewer/run-images.ts'
import { answerNames, type AnswerNames, noNames, useModel } from './card-answers.ts'
import { isAtWork, type LiveRun } from './live-run.ts'
import { useUi } from './ui-store.ts'
import { changeOverlay } from './overlay.ts'
import { useLiveRun } from './watched-runs.ts'

/** Where a run's results lie, by the study's images: the same SOP Instance UID. */
export function placesOf(live: LiveRun, study: StudyInfo): ReadonlyMap<number, number> {
  const images = new Map(
    study.series.flatMap(({ images: own }) =>
      own.map(({ sopInstanceUid, index }) => [sopInstanceUid, index] as const),
    ),
  )
  return new Map(
    [...live.images].flatMap(([place, { sopInstanceUid }]) => {
      const index = images.get(sopInstanceUid)
      return index === undefined ? [] : [[index, place] as const]
    }),
  )
}

/**
 * Where the results of a study's image will lie while they are still to come: its place among the images to
 * be attacked, which are all of the study or those with the UIDs asked for. −1 for an image that is left out.
 */
export function placeAmong(image: number, study: StudyInfo, uids: readonly string[] | undefined): number {
  return study.series
    .flatMap(({ images }) => images)
    .filter(({ sopInstanceUid }) => uids === undefined || uids.includes(sopInstanceUid))
    .map(({ index }) => index)
    .sort((a, b) => a - b)
    .indexOf(image)
}

/** What a run's results are read with. */
export interface Reading {
  /** Its name. */
  readonly model: string
  /** Class names of the model's card. */
  readonly classes: readonly string[]
  /** Whether the run had a labels file; without one a label is what the model says of the original. */
  readonly isLabelled: boolean
}

/** What viewports must know of a run. */
export function runImages(
  run: string,
  live: LiveRun,
  study: StudyInfo,
  { model, classes, isLabelled }: Reading,
): RunImages {
  const places = placesOf(live, study)
  const reportOf = (image: number, frame: number) => live.images.get(places.get(image) ?? -1)?.frames[frame]
  const masks = keptFor((report) => masksOf(report, classes))
  const boxes = keptFor((report) => boxesOf(report, classes, isLabelled))
  return {
    run,
    model,
    study: study.id,
    isRunning: isAtWork(live),
    placeOf: (image) => places.get(image),
    rangeWidth: (image, slope) => {
      const range = live.images.get(places.get(image) ?? -1)?.frames[0]?.range
      return range && (range.upper - range.lower) * (range.domain === 'stored' ? Math.abs(slope) : 1)
    },
    masksOf: (image, frame) => masks(reportOf(image, frame)),
    boxesOf: (image, frame) => boxes(reportOf(image, frame)),
  }
}

/** Makes each report's once: viewports are drawn anew for another object. */
function keptFor<T>(
  make: (report: FrameReport) => T | undefined,
): (report: FrameReport | undefined) => T | undefined {
  const kept = new Map<FrameReport, T | undefined>()
  return (report) => {
    if (report === undefined) return undefined
    if (!kept.has(report)) kept.set(report, make(report))
    return kept.get(report)
  }
}

function masksOf({ masks, segments }: FrameReport, classes: readonly string[]): FrameMasks | undefined {
  if (masks === undefined || segments === undefined) return undefined
  const shown = shownClasses(
    classes,
    segments.before.map(({ class: name }) => name),
  )
  return { before: masks.before, after: masks.after, classes: shown }
}

function boxesOf(
  { boxes }: FrameReport,
  classes: readonly string[],
  isLabelled: boolean,
): BoxOverlay | undefined {
  if (boxes === undefined) return undefined
  const { label, before, after } = boxes
  return { annotated: isLabelled ? label : undefined, before, after, classes: shownClasses(classes) }
}

/** The run whose results are shown, with all that the page knows of it. */
export interface ShownRun {
  readonly id: string
  /** Undefined for the moment before the list of runs has it. */
  readonly info: RunInfo | undefined
  readonly live: LiveRun
  readonly study: StudyInfo
  readonly images: RunImages
  /** Where the results of an image of the study are to come. */
  readonly placeAtWork: (image: number) => number
  readonly names: AnswerNames
}

export function useShownRun(): ShownRun | undefined {
  const id = useUi((ui) => ui.run)
  const studies = useUi((ui) => ui.studies)
  const runs = useQuery(api.runs.list.queryOptions())
  const live = useLiveRun(id)
  const info = runs.data?.runs.find((run) => run.id === id)
  const study = studies.find((each) => each.id === info?.study)
  const output = useModel(info?.request.model)?.card.output
  const names = useMemo(() => (output === undefined ? noNames : answerNames(output)), [output])
  const { model = '', labels } = info?.request ?? {}
  const images = useMemo(
    () =>
      id === undefined || live === undefined || study === undefined
        ? undefined
        : runImages(id, live, study, { model, classes: names.classes, isLabelled: labels !== undefined }),
    [id, live, study, names, model, labels],
  )
  if (id === undefined || live === undefined || study === undefined || images === undefined) return undefined
  return {
    id,
    info,
    live,
    study,
    images,
    names,
    placeAtWork: (image) => placeAmong(image, study, info?.request.images),
  }
}

/** Colours that a run's budget fills, chosen once for each run: when its first result gives the budget. */
export function useFittedColours(shown: ShownRun | undefined): void {
  const epsilon = shown && [...shown.live.images.values()][0]?.frames[0]?.epsilon?.relative
  const id = shown?.id
  useEffect(() => {
    if (epsilon !== undefined) changeOverlay({ magnification: fittingMagnification(epsilon) })
  }, [id, epsilon])
}
