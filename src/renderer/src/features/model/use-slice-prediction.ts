import { useUi } from '../../state/ui-store.ts'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import { frameKey, predictionsKey, usePredictions, type SlicePrediction } from '../../state/predictions.ts'

/** The active image, a model, and its classes. */
export interface PredictedSlice extends Pick<ActiveSlice, 'study' | 'series' | 'image' | 'frame'> {
  readonly model: string
  readonly classNames: readonly string[]
}

export function useImageInfo({ study, series, image }: Pick<PredictedSlice, 'study' | 'series' | 'image'>) {
  return useUi(({ studies }) =>
    studies
      .find(({ id }) => id === study)
      ?.series.find(({ index }) => index === series)
      ?.images.find(({ index }) => index === image),
  )
}

/** What a model has predicted of an image; undefined before it has. */
export function useSlicePrediction(slice: Omit<PredictedSlice, 'classNames'>): SlicePrediction | undefined {
  const uid = useImageInfo(slice)?.sopInstanceUid ?? ''
  return usePredictions((all) =>
    all[predictionsKey(slice.study, slice.model)]?.byFrame.get(frameKey(uid, slice.frame + 1)),
  )
}
