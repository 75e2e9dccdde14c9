import type { PaneKind } from '../state/panes.ts'
import { overlayContent, useUi } from '../state/ui-store.ts'
import type { Slice } from '../viewer/slices.ts'
import { useGradient, type GradientState } from '../viewer/use-gradient.ts'

export interface ShownGradient extends GradientState {
  /** Whether it is to lie over the picture. */
  readonly isWanted: boolean
  /** The chosen model; without one there is no gradient. */
  readonly model: string | undefined
}

/**
 * The chosen model's gradient for a picture, while it is switched on. It is the original's, so it lies over
 * nothing else.
 */
export function useShownGradient(kind: PaneKind, study: string, slice: Slice): ShownGradient {
  const isOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'gradient')
  const model = useUi((ui) => ui.model)
  const isWanted = isOn && kind === 'original'
  const gradient = useGradient(
    isWanted && model !== undefined ? { study, ...slice, kind: 'gradient', model } : undefined,
  )
  return { ...gradient, isWanted, model }
}
