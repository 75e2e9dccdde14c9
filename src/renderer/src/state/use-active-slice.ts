import { useEffect, useState } from 'react'
import { shallow } from 'zustand/shallow'
import { slicesOf } from '../viewer/slices.ts'
import { seriesOf, useUi, type UiState } from './ui-store.ts'

/** The image in the active viewport. */
export interface ActiveSlice {
  readonly study: string
  /** Index of the series in the study. */
  readonly series: number
  /** Index of the image in the series. */
  readonly slice: number
  /** Index of the image in the study. */
  readonly image: number
  /** Counts from 0. */
  readonly frame: number
}

function activeSlice({ studies, panes, activePane }: UiState): ActiveSlice | undefined {
  const pane = panes[activePane]
  const place = slicesOf(seriesOf(studies, pane?.series)?.images ?? [])[pane?.slice ?? 0]
  return pane?.series === undefined || place === undefined
    ? undefined
    : { ...pane.series, slice: pane.slice, ...place }
}

const restMilliseconds = 120

/**
 * The image in the active viewport once scrolling rests, for what is too heavy to follow each image:
 * charts, tables, requests. What uses it is not even drawn anew while images pass.
 */
export function useRestedSlice(): ActiveSlice | undefined {
  const [rested, setRested] = useState(() => activeSlice(useUi.getState()))
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const take = (): void => {
      setRested((before) => {
        const now = activeSlice(useUi.getState())
        return shallow(before, now) ? before : now
      })
    }
    take()
    const unsubscribe = useUi.subscribe(() => {
      clearTimeout(timer)
      timer = setTimeout(take, restMilliseconds)
    })
    return () => {
      clearTimeout(timer)
      unsubscribe()
    }
  }, [])
  return rested
}
