import { useMemo } from 'react'
import { overlayContent, useUi } from '../state/ui-store.ts'
import type { PaneKind } from '../state/panes.ts'
import type { Frame } from '../viewer/frame.ts'
import { colourLimit, magnitudeLimit } from '../viewer/legend.ts'
import type { Overlay } from '../viewer/overlay.ts'
import { perturbationScale, type RunPictures } from '../viewer/run-pictures.ts'
import type { LoadedScene } from '../viewer/use-scene.ts'

/**
 * The perturbation as it is painted: alone in its own viewport, over the image in the others while that is
 * switched on.
 */
export function usePerturbationOverlay(
  kind: PaneKind,
  image: number,
  scene: LoadedScene | undefined,
  run: RunPictures | undefined,
): Overlay | undefined {
  const { opacity, magnification } = useUi((ui) => ui.overlay)
  const isSwitchedOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'perturbation')
  const isAlone = kind === 'perturbation'
  const frame = scene?.perturbation?.frame
  const limit = run && scene && colourLimit(perturbationScale(run, image, scene.image.frame), magnification)
  const isPainted = isAlone || isSwitchedOn
  const strength = isAlone ? 1 : opacity
  return useMemo(
    () =>
      isPainted && frame !== undefined && limit !== undefined
        ? { frame, limit, opacity: strength, colours: 'signed', use: isAlone ? 'alone' : 'over' }
        : undefined,
    [isPainted, frame, limit, strength, isAlone],
  )
}

/** A gradient's magnitudes over the image, in colours that span those of this picture. */
export function useGradientOverlay(frame: Frame | undefined): Overlay | undefined {
  const { opacity, gradientMagnification } = useUi((ui) => ui.overlay)
  return useMemo(
    () =>
      frame === undefined
        ? undefined
        : {
            frame,
            limit: magnitudeLimit(frame, gradientMagnification),
            opacity,
            colours: 'magnitude',
            use: 'over',
          },
    [frame, opacity, gradientMagnification],
  )
}
