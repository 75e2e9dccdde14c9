import { create } from 'zustand'
import type { StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { presetSides, type Side, type SideName, type Sides } from './sides.ts'
import { slicesOf } from '../viewer/slices.ts'
import type { ColourScale } from '../viewer/colormap.ts'
import type { Region, RegionShape } from '../viewer/region.ts'
import { gridOf } from './geometry.ts'
import {
  comparison,
  emptyPane,
  scrolled,
  withLayout,
  withoutStudy,
  type Layout,
  type Pane,
  type PaneKind,
  type SeriesKey,
} from './panes.ts'
import { movedToPoint } from './plane-panes.ts'
import type { Slab } from '../viewer/volume/reslice.ts'

/** The four steps of the work, in their order. */
export const steps = ['model', 'attack', 'results', 'export'] as const
export type Step = (typeof steps)[number]

/** What can be listed on the left. */
export const leftTabs = ['studies', 'runs', 'comparisons', 'evaluations'] as const
export type LeftTab = (typeof leftTabs)[number]

export type Dialog =
  | 'open'
  | 'tags'
  | 'shortcuts'
  | 'palette'
  | 'settings'
  | 'help'
  | 'about'
  | 'add-model'
  | 'edit-card'
  | 'failures'
  | 'measurements'
  | 'figure'

/**
 * What lies over images: what a run has changed, what a segmentation or a detector finds before and after, or
 * how the chosen model's loss answers to each pixel of the original.
 */
export type OverlayContent = 'perturbation' | 'gradient' | 'masks' | 'boxes'

/** How the overlay is shown over an image, and the perturbation in its own pane. */
export interface OverlaySettings {
  readonly shown: boolean
  readonly content: OverlayContent
  /** 0 to 1. */
  readonly opacity: number
  /** 1 to 100: at 1 the perturbation's colours span the model's whole intensity range. */
  readonly magnification: number
  /** 1 to 100: at 1 the gradient's colours span all magnitudes of the image. */
  readonly gradientMagnification: number
  /** How sizes of the perturbation become colours; by rank the magnification does nothing. */
  readonly scale: ColourScale
  /** What the legend counts in. */
  readonly unit: 'modality' | 'grey-levels' | 'stored-levels'
}

/**
 * What the left mouse button does. The middle button pans, the right one zooms, the wheel scrolls, as readers
 * are used to.
 */
export type ToolName =
  | 'window'
  | 'pan'
  | 'zoom'
  | 'length'
  | 'angle'
  | 'ellipse'
  | 'rectangle'
  | 'magnify'
  | 'region'
  | 'region-ellipse'
  | 'crosshair'

/** State of the interface alone; what the engine knows is TanStack Query's. */
export interface UiState {
  readonly studies: readonly StudyInfo[]
  readonly layout: Layout
  readonly panes: readonly Pane[]
  readonly activePane: number
  /** What was shown before one viewport was maximised; undefined while none is. */
  readonly maximised: Pick<UiState, 'layout' | 'panes' | 'activePane'> | undefined
  readonly linked: boolean
  readonly sides: Sides
  readonly tool: ToolName
  readonly cine: boolean
  readonly overlay: OverlaySettings
  /** Those that there are: without a run there is no perturbation. */
  readonly overlayContents: readonly OverlayContent[]
  /** Position of the divider in divided viewports: 0 at the left edge, 1 at the right one. */
  readonly swipeAt: number
  readonly slab: Slab
  readonly region: Region | undefined
  /** Name of the chosen model. */
  readonly model: string | undefined
  /** The run whose results are shown. */
  readonly run: string | undefined
  readonly step: Step
  readonly leftTab: LeftTab
  readonly dialog: Dialog | undefined
  /** A model's file that was dropped, and is to be added. */
  readonly modelFile: string | undefined
}

const initial: UiState = {
  studies: [],
  layout: '1x1',
  panes: [emptyPane],
  activePane: 0,
  maximised: undefined,
  linked: true,
  sides: presetSides,
  tool: 'window',
  cine: false,
  overlay: {
    shown: false,
    content: 'perturbation',
    opacity: 0.6,
    unit: 'modality',
    scale: 'linear',
    magnification: 30,
    gradientMagnification: 4,
  },
  overlayContents: ['gradient'],
  swipeAt: 0.5,
  slab: { millimetres: 0, kind: 'greatest' },
  region: undefined,
  model: undefined,
  run: undefined,
  step: 'model',
  leftTab: 'studies',
  dialog: undefined,
  modelFile: undefined,
}

export const useUi = create<UiState>(() => initial)

const { getState: get, setState: set } = useUi

/** The series that a key names, when its study is open. */
export function seriesOf(studies: readonly StudyInfo[], key: SeriesKey | undefined) {
  return studies.find(({ id }) => id === key?.study)?.series.find(({ index }) => index === key?.series)
}

/** Images of a series. */
export function countOf(key: SeriesKey): number {
  return slicesOf(seriesOf(get().studies, key)?.images ?? []).length
}

/** Shows a study that has been opened: its first series, unless it is shown already. */
export function studyOpened(study: StudyInfo): void {
  const others = get().studies.filter(({ id }) => id !== study.id)
  set({ studies: [...others, study] })
  const [first] = study.series
  const isShown = get().panes.some(({ series }) => series?.study === study.id)
  if (first !== undefined && !isShown) showSeries({ study: study.id, series: first.index })
}

export function studyClosed(study: string): void {
  set({
    studies: get().studies.filter(({ id }) => id !== study),
    maximised: undefined,
    panes: withoutStudy(get().panes, study),
  })
}

/**
 * In the active pane, or in all of them where kinds are compared. Begins in the middle, where there is
 * something to see.
 */
export function showSeries(key: SeriesKey): void {
  const { panes, activePane, run } = get()
  const slice = Math.floor(countOf(key) / 2)
  const shown: Pane = { series: key, kind: 'original', slice }
  const all = run !== undefined && isCompared(panes)
  set({
    panes: all
      ? comparison(key, slice, panes.length)
      : panes.map((pane, i) => (i === activePane ? shown : pane)),
  })
  set({ region: undefined, maximised: undefined })
}

function isCompared(panes: readonly Pane[]): boolean {
  return panes.some(({ kind }) => kind !== 'original')
}

export function setLayout(layout: Layout): void {
  const panes = withLayout(get().panes, layout, get().run !== undefined)
  set({ layout, panes, activePane: Math.min(get().activePane, panes.length - 1), maximised: undefined })
}

/** Gives the whole room to one viewport; the second time all are there again, with what it shows by then. */
export function toggleMaximised(index: number): void {
  const { layout, panes, maximised } = get()
  const pane = panes[index]
  if (pane === undefined) return
  if (maximised === undefined) {
    if (panes.length === 1) return
    set({ layout: '1x1', panes: [pane], activePane: 0, maximised: { layout, panes, activePane: index } })
    return
  }
  const { layout: before, panes: others, activePane: place } = maximised
  const moved =
    pane.plane?.point === undefined
      ? scrolled(others, place, pane.slice, { linked: get().linked, countOf })
      : movedToPoint(others, place, pane.plane.point, { linked: get().linked, gridOf })
  const all = moved.map((other, i) => (i === place ? pane : other))
  set({ layout: before, panes: all, activePane: place, maximised: undefined })
}

/** The four images of a run side by side, at a slice or where the active pane is. */
export function showComparison(
  run: string,
  series: SeriesKey,
  slice = get().panes[get().activePane]?.slice ?? 0,
): void {
  const layout = get().panes.length === 4 ? get().layout : '2x2'
  set({
    run,
    layout,
    maximised: undefined,
    linked: true,
    activePane: 0,
    panes: comparison(series, Math.min(slice, countOf(series) - 1), 4),
  })
}

/** Leaves the run: every pane shows the original again. */
export function leaveRun(): void {
  set({
    run: undefined,
    maximised: undefined,
    panes: get().panes.map((pane) => ({ ...pane, kind: 'original' })),
  })
}

export function setKind(index: number, kind: PaneKind): void {
  set({ panes: get().panes.map((pane, i) => (i === index ? { ...pane, kind } : pane)) })
}

export function setActivePane(activePane: number): void {
  if (activePane !== get().activePane) set({ activePane })
}

/** Adds a shape to the region; an image of another size begins a new one. */
export function addToRegion(shape: RegionShape, size: Pick<Region, 'rows' | 'columns'>): void {
  const { region } = get()
  const same = region?.rows === size.rows && region.columns === size.columns
  set({ region: { ...size, shapes: [...(same ? region.shapes : []), shape] } })
}

/** Closes the dialog that is open; a model's file that it was about is asked for anew. */
export function closeDialog(): void {
  set({ dialog: undefined, modelFile: undefined })
}

/** Shows panes that an earlier visit has shown. */
export function showPanes({
  layout,
  panes,
  activePane,
}: Pick<UiState, 'layout' | 'panes' | 'activePane'>): void {
  set({ layout, panes, activePane: Math.min(activePane, panes.length - 1), maximised: undefined })
}

export function changeSide(name: SideName, change: Partial<Side>): void {
  set({ sides: { ...get().sides, [name]: { ...get().sides[name], ...change } } })
}

export function toggleSide(name: SideName): void {
  changeSide(name, { isHidden: !get().sides[name].isHidden, isByWidth: undefined })
}

/** Sets fields that need no more than being set. */
export const setUi: (
  change: Partial<
    Pick<
      UiState,
      | 'overlayContents'
      | 'linked'
      | 'tool'
      | 'cine'
      | 'panes'
      | 'layout'
      | 'activePane'
      | 'maximised'
      | 'swipeAt'
      | 'slab'
      | 'region'
      | 'model'
      | 'run'
      | 'sides'
      | 'step'
      | 'leftTab'
      | 'dialog'
      | 'modelFile'
    >
  >,
) => void = set
