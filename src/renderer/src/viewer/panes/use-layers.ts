import { useEffect, useMemo, useRef, useState } from 'react'
import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import type { Pane, PaneKind } from '../../state/panes.ts'
import { useModelInfo } from '../../state/card-answers.ts'
import { frameKey, predictionsKey, usePredictions } from '../../state/predictions.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { overlayContent } from '../../state/overlay.ts'
import {
  colourLimit,
  type ColourScale,
  type LegendUnit,
  limitText,
  magnitudeLimit,
  type PerturbationScale,
} from '../colormap.ts'
import type { Frame, FrameRef } from '../frame.ts'
import { imageIdOf, isGradientOf, isLoading, loadFrame, type ViewerImage } from '../image-loader.ts'
import { shownClasses } from '../mask-pixels.ts'
import type { BoxOverlay, MaskOverlay, Overlay } from '../overlays.ts'
import { threeDigits } from '../probe.ts'
import { type FrameMasks, perturbationScale, type RunImages } from '../run-images.ts'
import type { Slice } from '../slices.ts'
import type { LoadedScene } from '../use-scene.ts'
import { planeMasks } from '../volume/mask-volume.ts'
import { gridSlices } from '../volume/use-plane-image.ts'
import type { PaneImage } from './use-pane-image.ts'

/** How a model's loss answers to each pixel of one image. */
interface GradientState {
  /** May be of the image before while the next one is on its way: see `isGradientOf`. */
  readonly image: ViewerImage | undefined
  /** Why there is none. */
  readonly error: unknown
  readonly isComputing: boolean
}

const nothing: GradientState = { image: undefined, error: undefined, isComputing: false }

/** Scrolling rests this long before a gradient is computed: each takes the engine a moment, or seconds. */
const restMilliseconds = 150

/**
 * Computes an image's gradient, or finds it among those kept. One at a time: images that were scrolled
 * past meanwhile are left out.
 */
function useGradient(ref: FrameRef | undefined): GradientState {
  const [state, setState] = useState(nothing)
  const inWork = useRef<Promise<unknown>>(Promise.resolve())
  const key = ref === undefined ? '' : imageIdOf(ref)
  useEffect(() => {
    if (ref === undefined) {
      setState(nothing)
      return
    }
    let isCurrent = true
    const slow = setTimeout(() => {
      setState({ ...nothing, isComputing: true })
    }, restMilliseconds)
    const show = (next: GradientState): void => {
      clearTimeout(slow)
      if (isCurrent) setState(next)
    }
    const turn = isLoading(ref) ? Promise.resolve() : rest().then(() => inWork.current)
    void turn.then(() => {
      if (isCurrent) inWork.current = outcome(ref).then(show)
    })
    return () => {
      isCurrent = false
      clearTimeout(slow)
    }
    // The key names the frame; the object is new at each rendering.
  }, [key])
  return state
}

function rest(): Promise<void> {
  return new Promise((rested) => setTimeout(rested, restMilliseconds))
}

function outcome(ref: FrameRef): Promise<GradientState> {
  return loadFrame(ref).then(
    (image) => ({ ...nothing, image }),
    (error: unknown) => ({ ...nothing, error }),
  )
}

/** What lies over an image. */
export interface Layers {
  readonly overlay: Overlay | undefined
  readonly masks: MaskOverlay | undefined
  readonly boxes: BoxOverlay | undefined
  readonly gradient: ShownGradient
  /** The gradient's values, once they are those of the image that is shown. */
  readonly gradientFrame: Frame | undefined
}

interface LayersOptions {
  readonly pane: Pane
  readonly series: SeriesInfo
  readonly run: RunImages | undefined
}

/** What of a run, a gradient and predictions lies over a viewport's image, as it is switched on. */
export function useLayers(image: PaneImage, { pane, series, run }: LayersOptions): Layers {
  const { study, slice, scene } = image
  const isPlane = image.plane !== undefined
  const gradient = useShownGradient(pane.kind, study, isPlane ? undefined : slice)
  const gradientFrame =
    scene && gradient.image && isGradientOf(gradient.image, scene.image) ? gradient.image.frame : undefined
  const perturbation = usePerturbationOverlay(pane.kind, slice.image, scene, run)
  return {
    overlay: useGradientOverlay(gradientFrame) ?? perturbation,
    masks: useMaskOverlay(pane.kind, image, series, run),
    boxes: useBoxOverlay(pane, series, slice, run),
    gradient,
    gradientFrame,
  }
}

/**
 * The perturbation as it is painted: alone in its own viewport, over the image in the others while that is
 * switched on.
 */
function usePerturbationOverlay(
  kind: PaneKind,
  image: number,
  scene: LoadedScene | undefined,
  run: RunImages | undefined,
): Overlay | undefined {
  const { opacity, magnification, scale, unit } = useUi((ui) => ui.overlay)
  const isSwitchedOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'perturbation')
  const isAlone = kind === 'perturbation'
  const frame = scene?.perturbation?.frame
  const sizes = run && scene && perturbationScale(run, image, scene.image.frame)
  const fixed = sizes && colourLimit(sizes, magnification)
  const limit = scale === 'rank' && frame !== undefined ? magnitudeLimit(frame, 1) : fixed
  const meaning = sizes === undefined || limit === undefined ? '' : scaledText(scale, sizes, limit, unit)
  const isPainted = isAlone || isSwitchedOn
  const strength = isAlone ? 1 : opacity
  return useMemo(
    () =>
      isPainted && frame !== undefined && limit !== undefined
        ? {
            frame,
            limit,
            scale,
            meaning,
            opacity: strength,
            colours: 'signed',
            use: isAlone ? 'alone' : 'over',
          }
        : undefined,
    [isPainted, frame, limit, scale, strength, isAlone, meaning],
  )
}

/** "±8 grey levels of 255", and how sizes between become colours where that is not linear. */
function scaledText(kind: ColourScale, sizes: PerturbationScale, limit: number, unit: LegendUnit): string {
  const text = limitText(sizes, sizes.rangeWidth / limit, unit)
  return kind === 'linear' ? text : texts.viewer.scaled[kind](text)
}

/** A gradient's magnitudes over the image, in colours that span those of this image. */
function useGradientOverlay(frame: Frame | undefined): Overlay | undefined {
  const { opacity, gradientMagnification } = useUi((ui) => ui.overlay)
  return useMemo(() => {
    if (frame === undefined) return undefined
    const limit = magnitudeLimit(frame, gradientMagnification)
    const meaning = texts.viewer.gradientLimit(threeDigits(limit))
    return { frame, limit, meaning, opacity, colours: 'magnitude', scale: 'linear', use: 'over' }
  }, [frame, opacity, gradientMagnification])
}

/**
 * Boxes while they are switched on: a run's, those after the attack over what they are of, or what the model
 * has predicted of the original.
 */
function useBoxOverlay(
  { kind, series: shown, plane }: Pane,
  series: SeriesInfo,
  slice: Slice,
  run: RunImages | undefined,
): BoxOverlay | undefined {
  const isSwitchedOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'boxes')
  const { image, frame } = slice
  const attacked = run?.boxesOf(image, frame)
  const predicted = usePredictedBoxes(shown?.study ?? '', series, slice, run)
  const isAfter = kind === 'adversarial' || kind === 'swipe'
  const boxes = attacked ?? (kind === 'original' ? predicted : undefined)
  return useMemo(
    () =>
      !isSwitchedOn || kind === 'perturbation' || plane !== undefined || boxes === undefined
        ? undefined
        : isAfter
          ? boxes
          : { ...boxes, after: undefined },
    [isSwitchedOn, kind, plane, boxes, isAfter],
  )
}

function usePredictedBoxes(
  study: string,
  { images }: SeriesInfo,
  { image, frame }: Slice,
  run: RunImages | undefined,
): BoxOverlay | undefined {
  const chosen = useUi((ui) => ui.model)
  const uid = images.find(({ index }) => index === image)?.sopInstanceUid ?? ''
  const predictions = usePredictions((all) => all[predictionsKey(study, run?.model ?? chosen ?? '')])
  const before = predictions?.byFrame.get(frameKey(uid, frame + 1))?.boxes
  return useMemo(
    () =>
      before && {
        annotated: undefined,
        before,
        after: undefined,
        classes: shownClasses(predictions.classes),
      },
    [before, predictions?.classes],
  )
}

/**
 * A run's masks while they are switched on: before the attack as outlines, and after it as areas over what
 * they are of; the perturbation has colours of its own.
 */
function useMaskOverlay(
  kind: PaneKind,
  image: PaneImage,
  series: SeriesInfo,
  run: RunImages | undefined,
): MaskOverlay | undefined {
  const isSwitchedOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'masks')
  const opacity = useUi((ui) => ui.overlay.opacity)
  const masks = isSwitchedOn && kind !== 'perturbation' && run ? masksIn(image, series, run) : undefined
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

/** Masks of the slice, or of the plane through all slices, that a viewport shows. */
function masksIn({ slice, plane }: PaneImage, series: SeriesInfo, run: RunImages): FrameMasks | undefined {
  if (plane === undefined) return run.masksOf(slice.image, slice.frame)
  const { grid, cut } = plane
  if (grid === undefined || cut === undefined) return undefined
  return planeMasks({ run, grid, slices: gridSlices(series, grid), series: series.index }, cut)
}

export interface ShownGradient extends GradientState {
  /** Whether it is to lie over the image. */
  readonly isWanted: boolean
  /** The chosen model; without one there is no gradient. */
  readonly model: string | undefined
}

/**
 * The chosen model's gradient for an image, while it is switched on. It is the original's, so it lies over
 * nothing else.
 */
function useShownGradient(kind: PaneKind, study: string, slice: Slice | undefined): ShownGradient {
  const isOn = useUi((ui) => ui.overlay.shown && overlayContent(ui) === 'gradient')
  const model = useUi((ui) => ui.model)
  const isWanted = isOn && kind === 'original' && slice !== undefined
  const version = useModelInfo(model)?.version
  const gradient = useGradient(
    slice && isWanted && model !== undefined && version !== undefined
      ? { study, ...slice, kind: 'gradient', model, version }
      : undefined,
  )
  return { ...gradient, isWanted, model }
}
