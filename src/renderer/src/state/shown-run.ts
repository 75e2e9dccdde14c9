import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { RunInfo } from '../../../engine/server/runs/run-info.ts'
import type { StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { api } from '../api/client.ts'
import { changeOverlay, useUi } from './ui-store.ts'
import { fittingMagnification } from '../viewer/colormap.ts'
import type { RunImages } from '../viewer/run-images.ts'
import type { LiveRun } from './live-run.ts'
import { answerNames, type AnswerNames, noNames, useModel } from './card-answers.ts'
import { placeAmong, runImages } from './run-results.ts'
import { useLiveRun } from './watched-runs.ts'

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
