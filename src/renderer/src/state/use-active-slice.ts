import { useShallow } from 'zustand/react/shallow'
import { slicesOf } from '../viewer/slices.ts'
import { seriesOf, useUi, type UiState } from './ui-store.ts'

/** The picture in the active viewport. */
export interface ActiveSlice {
  readonly study: string
  readonly image: number
  /** Counts from 0. */
  readonly frame: number
}

function activeSlice({ studies, panes, activePane }: UiState): ActiveSlice | undefined {
  const pane = panes[activePane]
  const slice = slicesOf(seriesOf(studies, pane?.series)?.images ?? [])[pane?.slice ?? 0]
  return pane?.series === undefined || slice === undefined ? undefined : { study: pane.series.study, ...slice }
}

export function useActiveSlice(): ActiveSlice | undefined {
  return useUi(useShallow(activeSlice))
}
