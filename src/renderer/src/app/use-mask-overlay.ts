import { useMemo } from 'react'
import type { PaneKind } from '../state/panes.ts'
import { overlayContent, useUi } from '../state/ui-store.ts'
import type { MaskOverlay } from '../viewer/mask-overlay.ts'
import type { RunPictures } from '../viewer/run-pictures.ts'
import type { Slice } from '../viewer/slices.ts'

/**
 * A run's masks while they are switched on: before the attack as outlines, and after it as areas over what
 * they are of; the perturbation has colours of its own.
 */
export function useMaskOverlay(
  kind: PaneKind,
  { image, frame }: Slice,
  run: RunPictures | undefined,
): MaskOverlay | undefined {
  const isSwitchedOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'masks')
  const opacity = useUi((ui) => ui.overlay.opacity)
  const masks = isSwitchedOn && kind !== 'perturbation' ? run?.masksOf(image, frame) : undefined
  const isAfter = kind === 'adversarial' || kind === 'swipe'
  return useMemo(
    () =>
      masks && {
        outline: masks.before,
        fill: isAfter ? masks.after : undefined,
        classes: masks.classes,
        opacity,
      },
    [masks, isAfter, opacity],
  )
}
