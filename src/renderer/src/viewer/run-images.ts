import type { FrameKind, FrameRef } from './frame.ts'
import type { PerturbationScale } from './colormap.ts'
import type { MaskRuns } from '../../../core/image/mask.ts'
import type { BoxOverlay } from './overlays.ts'
import type { ShownClass } from './mask-pixels.ts'
import type { Slice } from './slices.ts'

/** What viewports must know of a run whose images they show. */
export interface RunImages {
  readonly run: string
  readonly study: string
  /** Name of the attacked model. */
  readonly model: string
  /** The place of a study's image among the run's, once it has been attacked and its images are there. */
  placeOf(image: number): number | undefined
  /** Whether more are on their way. */
  readonly isRunning: boolean
  /** Width of the model's intensity range for an image, in modality units; undefined before it is known. */
  rangeWidth(image: number, slope: number): number | undefined
  /** Masks that the model predicts in a frame; segmentations only. The same object each time. */
  masksOf(image: number, frame: number): FrameMasks | undefined
  /** Boxes in a frame; detections only. The same object each time. */
  boxesOf(image: number, frame: number): BoxOverlay | undefined
}

/** Before the attack and after it, and the classes that are shown: all but the background. */
export interface FrameMasks {
  readonly before: MaskRuns
  readonly after: MaskRuns
  readonly classes: readonly ShownClass[]
}

/** The frame of a slice as it is, or as a run has made it; undefined where the run has not come to it. */
export function frameRefOf(
  kind: FrameKind,
  study: string,
  slice: Slice,
  run: RunImages | undefined,
): FrameRef | undefined {
  if (kind === 'original') return { study, ...slice, kind }
  const image = run?.placeOf(slice.image)
  if (run === undefined || image === undefined) return undefined
  return { study, image, frame: slice.frame, kind, run: run.run, original: slice.image }
}

/** The scale of a perturbation's colours; the image's own window where the model's range is not known. */
export function perturbationScale(
  run: RunImages,
  image: number,
  frame: { readonly slope: number; readonly unit: string; readonly window: { readonly width: number } },
): PerturbationScale {
  return {
    rangeWidth: run.rangeWidth(image, frame.slope) ?? frame.window.width,
    slope: frame.slope,
    unit: frame.unit,
  }
}
