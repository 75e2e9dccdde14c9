import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api } from '../../api/client.ts'
import { setUi, useUi } from '../../state/ui-store.ts'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import { frameKey, predictionsKey, type SlicePrediction, usePredictions } from '../../state/predictions.ts'

/** Chooses the first model that is there as soon as it is known, whatever step is shown by then. */
export function useFirstModel(): void {
  const models = useQuery(api.models.list.queryOptions())
  const chosen = useUi((ui) => ui.model)
  const first = models.data?.models[0]?.name
  useEffect(() => {
    if (chosen === undefined && first !== undefined) setUi({ model: first })
  }, [chosen, first])
}

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
