import { useMemo } from 'react'
import type { SeriesInfo } from '../../../engine/server/studies/study-info.ts'
import { shownClasses } from '../features/model/class-colours.ts'
import { frameKey, predictionsKey, usePredictions } from '../features/model/predictions.ts'
import type { Pane } from '../state/panes.ts'
import { overlayContent, useUi } from '../state/ui-store.ts'
import type { BoxOverlay } from '../viewer/box-overlay.ts'
import type { RunPictures } from '../viewer/run-pictures.ts'
import type { Slice } from '../viewer/slices.ts'

/**
 * Boxes while they are switched on: a run's, those after the attack over what they are of, or what the model
 * has predicted of the original.
 */
export function useBoxOverlay(
  { kind, series: shown }: Pane,
  series: SeriesInfo,
  slice: Slice,
  run: RunPictures | undefined,
): BoxOverlay | undefined {
  const isSwitchedOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'boxes')
  const { image, frame } = slice
  const attacked = run?.boxesOf(image, frame)
  const predicted = usePredictedBoxes(shown?.study ?? '', series, slice, run)
  const isAfter = kind === 'adversarial' || kind === 'swipe'
  const boxes = attacked ?? (kind === 'original' ? predicted : undefined)
  return useMemo(
    () =>
      !isSwitchedOn || kind === 'perturbation' || boxes === undefined
        ? undefined
        : isAfter
          ? boxes
          : { ...boxes, after: undefined },
    [isSwitchedOn, kind, boxes, isAfter],
  )
}

function usePredictedBoxes(
  study: string,
  { images }: SeriesInfo,
  { image, frame }: Slice,
  run: RunPictures | undefined,
): BoxOverlay | undefined {
  const chosen = useUi((ui) => ui.model)
  const uid = images.find(({ index }) => index === image)?.sopInstanceUid ?? ''
  const predictions = usePredictions((all) => all[predictionsKey(study, run?.model ?? chosen ?? '')])
  const before = predictions?.byFrame.get(frameKey(uid, frame + 1))?.boxes
  return useMemo(
    () =>
      before && {
        annotated: undefined,
        before,
        after: undefined,
        classes: shownClasses(predictions.classes),
      },
    [before, predictions?.classes],
  )
}
