import { useMemo } from 'react'
import { useUi } from '../state/ui-store.ts'
import type { FrameKind } from '../viewer/frame.ts'
import { colourLimit } from '../viewer/legend.ts'
import type { SignedOverlay } from '../viewer/overlay.ts'
import { perturbationScale, type RunPictures } from '../viewer/run-pictures.ts'
import type { LoadedScene } from '../viewer/use-scene.ts'

/** The perturbation as it is painted: alone in its own viewport, over the image in the others while that is switched on. */
export function useOverlay(
  kind: FrameKind,
  image: number,
  scene: LoadedScene | undefined,
  run: RunPictures | undefined,
): SignedOverlay | undefined {
  const { shown, opacity, magnification } = useUi((ui) => ui.overlay)
  const isAlone = kind === 'perturbation'
  const frame = scene?.perturbation?.frame
  const limit = run && scene && colourLimit(perturbationScale(run, image, scene.image.frame), magnification)
  const isPainted = isAlone || shown
  const strength = isAlone ? 1 : opacity
  return useMemo(
    () =>
      isPainted && frame !== undefined && limit !== undefined
        ? { frame, limit, opacity: strength, use: isAlone ? 'alone' : 'over' }
        : undefined,
    [isPainted, frame, limit, strength, isAlone],
  )
}
