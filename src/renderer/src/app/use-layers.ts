import type { SeriesInfo } from '../../../engine/server/studies/study-info.ts'
import type { Pane } from '../state/panes.ts'
import type { BoxOverlay } from '../viewer/box-overlay.ts'
import type { Frame } from '../viewer/frame.ts'
import { isGradientOf } from '../viewer/image-loader.ts'
import type { MaskOverlay } from '../viewer/mask-overlay.ts'
import type { Overlay } from '../viewer/overlay.ts'
import type { RunPictures } from '../viewer/run-pictures.ts'
import { useBoxOverlay } from './use-box-overlay.ts'
import { useMaskOverlay } from './use-mask-overlay.ts'
import { useGradientOverlay, usePerturbationOverlay } from './use-overlay.ts'
import type { PanePicture } from './use-pane-picture.ts'
import { useShownGradient, type ShownGradient } from './use-shown-gradient.ts'

/** What lies over a picture. */
export interface Layers {
  readonly overlay: Overlay | undefined
  readonly masks: MaskOverlay | undefined
  readonly boxes: BoxOverlay | undefined
  readonly gradient: ShownGradient
  /** The gradient's values, once they are those of the picture that is shown. */
  readonly gradientFrame: Frame | undefined
}

interface LayersOptions {
  readonly pane: Pane
  readonly series: SeriesInfo
  readonly run: RunPictures | undefined
}

/** What of a run, a gradient and predictions lies over a viewport's picture, as it is switched on. */
export function useLayers(
  { study, slice, scene }: PanePicture,
  { pane, series, run }: LayersOptions,
): Layers {
  const gradient = useShownGradient(pane.kind, study, slice)
  const gradientFrame =
    scene && gradient.image && isGradientOf(gradient.image, scene.image) ? gradient.image.frame : undefined
  const perturbation = usePerturbationOverlay(pane.kind, slice.image, scene, run)
  return {
    overlay: useGradientOverlay(gradientFrame) ?? perturbation,
    masks: useMaskOverlay(pane.kind, slice, run),
    boxes: useBoxOverlay(pane, series, slice, run),
    gradient,
    gradientFrame,
  }
}
