import { useEffect } from 'react'
import { predictionsKey, usePredictions } from '../state/predictions.ts'
import type { ShownRun } from '../state/shown-run.ts'
import { setUi, useUi, type OverlayContent } from '../state/ui-store.ts'
import { changeOverlay } from '../state/overlay.ts'

/**
 * Keeps which overlays there are; a model's masks and boxes are shown when the first of them are there, and
 * go with them.
 */
export function useOverlayContents(run: ShownRun | undefined): void {
  const isRunShown = run !== undefined
  const study = useUi(({ panes, activePane }) => panes[activePane]?.series?.study ?? '')
  const chosen = useUi((ui) => ui.model)
  const hasResults = isRunShown && run.live.images.size > 0
  const key = predictionsKey(study, run?.info?.request.model ?? chosen ?? '')
  const hasBoxes = usePredictions((all) => [...(all[key]?.byFrame.values() ?? [])][0]?.boxes !== undefined)
  const found = hasResults ? foundBy(run) : hasBoxes ? 'boxes' : undefined
  useEffect(() => {
    setUi({
      overlayContents: [
        ...(isRunShown ? (['perturbation'] as const) : []),
        'gradient',
        ...(found ? [found] : []),
      ],
    })
  }, [isRunShown, found])
  const source = hasResults ? run.id : isRunShown ? undefined : key
  useEffect(() => {
    if (source === undefined) return
    const { content } = useUi.getState().overlay
    if (found !== undefined) changeOverlay({ content: found, shown: true })
    // Without a run, what is left is the gradient, which is computed only for who asks.
    else if (content === 'masks' || content === 'boxes')
      changeOverlay({ content: 'perturbation', ...(!isRunShown && { shown: false }) })
  }, [source, found, isRunShown])
}

/** What a run's model finds in an image, as the run's first result says. */
function foundBy({ live }: ShownRun): Extract<OverlayContent, 'masks' | 'boxes'> | undefined {
  const first = [...live.images.values()][0]?.frames[0]
  if (first?.masks !== undefined) return 'masks'
  return first?.boxes === undefined ? undefined : 'boxes'
}
