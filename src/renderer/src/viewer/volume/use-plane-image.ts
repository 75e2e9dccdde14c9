import { useEffect, useMemo } from 'react'
import { useShallow } from 'zustand/react/shallow'
import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import { useSeriesGeometry } from '../../state/geometry.ts'
import { baseKind, type Pane } from '../../state/panes.ts'
import { useUi } from '../../state/ui-store.ts'
import { frameRefOf, type RunImages } from '../run-images.ts'
import { type Slice, slicesOf } from '../slices.ts'
import type { LoadedScene } from '../use-scene.ts'
import { type Cut, planeDifference, planeImage } from './plane-image.ts'
import { orientationOf, type Plane, planeThrough } from './planes.ts'
import {
  nothingLoaded,
  retainVolume,
  useVolumes,
  volumeName,
  type VolumeRef,
  type VolumeState,
} from './volumes.ts'

/** What a viewport shows of a plane, and how far it is. */
export interface PlaneImage {
  readonly scene: LoadedScene | undefined
  readonly grid: VolumeGrid | undefined
  readonly plane: Plane | undefined
  /** Six cosines, as in (0020,0037). */
  readonly orientation: readonly number[] | undefined
  readonly cut: Cut | undefined
  /** Slices that have come, of those that there are; undefined once all have. */
  readonly progress: { readonly loaded: number; readonly wanted: number } | undefined
  /** Slices that the run has changed, where not all. */
  readonly changed: { readonly slices: number; readonly of: number } | undefined
  /** Why there are no planes. */
  readonly refusal: string | undefined
  readonly error: unknown
}

interface Shown {
  readonly pane: Pane
  readonly series: SeriesInfo
  readonly run: RunImages | undefined
}

/** A plane of a pane's series, cut out of what the series and a run have in their slices. */
export function usePlaneImage(shown: Shown): PlaneImage {
  const { pane, run } = shown
  const view = pane.plane
  const { geometry, error } = useSeriesGeometry(view && pane.series)
  const found = geometry?.grid
  const grid = found === undefined || 'refusal' in found ? undefined : found
  const kind = baseKind(pane.kind)
  const needsBoth = run !== undefined
  const original = useVolume(shown, grid, needsBoth || kind === 'original' ? 'original' : undefined)
  const adversarial = useVolume(shown, grid, needsBoth ? 'adversarial' : undefined)
  const smoothed = useVolume(shown, grid, kind === 'smoothed' ? 'smoothed' : undefined)
  const slab = useUi(useShallow((ui) => ui.slab))
  const plane = useMemo(
    () => (grid && view?.point ? planeThrough(grid, view.name, view.point, view.turn) : undefined),
    [grid, view],
  )
  const base = { original, adversarial, smoothed }[kind === 'perturbation' ? 'original' : kind]
  const id =
    plane && `${view?.name ?? ''}/${plane.index}/${JSON.stringify(view?.turn)}/${JSON.stringify(slab)}`
  const isOfBoth = pane.kind === 'perturbation' || pane.kind === 'swipe'
  const needed = isOfBoth ? [original, adversarial] : [base]
  const missing = needed.find(({ volume }) => volume === undefined)
  const isMissing = missing !== undefined
  const scene = useMemo((): LoadedScene | undefined => {
    if (plane === undefined || id === undefined || isMissing) return undefined
    return sceneThrough({ id, plane, slab }, { base, original, adversarial, isSwiped: pane.kind === 'swipe' })
  }, [plane, id, slab, base, original, adversarial, pane.kind, isMissing])
  const generated = pane.kind === 'original' ? undefined : kind === 'smoothed' ? smoothed : adversarial
  return {
    scene,
    grid,
    plane,
    orientation: useMemo(() => grid && plane && orientationOf(grid, plane), [grid, plane]),
    cut: useMemo(
      () => (plane === undefined || id === undefined ? undefined : { id, plane, slab }),
      [plane, id, slab],
    ),
    progress:
      scene === undefined && missing !== undefined && missing.wanted > 0
        ? { loaded: missing.loaded, wanted: missing.wanted }
        : undefined,
    changed:
      generated && grid && generated.slices < grid.size[2]
        ? { slices: generated.slices, of: grid.size[2] }
        : undefined,
    refusal: found !== undefined && 'refusal' in found ? found.refusal : undefined,
    error: error ?? needed.find((each) => each.error !== undefined)?.error,
  }
}

interface Named {
  readonly name: string
}

interface ShownVolumes {
  readonly base: VolumeState & Named
  readonly original: VolumeState & Named
  readonly adversarial: VolumeState & Named
  readonly isSwiped: boolean
}

/** A plane through the volumes of a viewport; undefined until the one that it shows has come. */
function sceneThrough(
  { id, plane, slab }: Cut,
  { base, original, adversarial, isSwiped }: ShownVolumes,
): LoadedScene | undefined {
  if (base.volume === undefined) return undefined
  const cutOf = ({ name, version }: VolumeState & Named): Cut => ({
    id: `plane:/${name}/${version}/${id}`,
    plane,
    slab,
  })
  const changed = cutOf(adversarial)
  return {
    image: planeImage(base.volume, cutOf(base)),
    perturbation:
      original.volume &&
      adversarial.volume &&
      planeDifference(original.volume, adversarial.volume, { ...changed, id: `${changed.id}/difference` }),
    swiped: isSwiped && adversarial.volume ? planeImage(adversarial.volume, changed) : undefined,
  }
}

/** A volume of a pane's series, loaded while it is wanted. */
function useVolume(
  { pane, series, run }: Shown,
  grid: VolumeGrid | undefined,
  kind: VolumeRef['kind'] | undefined,
): VolumeState & Named {
  const ofRun = kind === 'original' ? undefined : run
  const name =
    pane.series === undefined || kind === undefined
      ? ''
      : volumeName({ ...pane.series, kind, run: ofRun?.run })
  const { study = '', series: index = 0 } = pane.series ?? {}
  useEffect(() => {
    if (grid === undefined || kind === undefined || name === '') return
    const frames = gridSlices(series, grid).map((slice) => slice && frameRefOf(kind, study, slice, ofRun))
    return retainVolume({ study, series: index, kind, run: ofRun?.run }, grid, frames)
  }, [name, grid, series, ofRun, kind, study, index])
  const state = useVolumes((all) => all[name])
  return useMemo(() => ({ ...(state ?? nothingLoaded), name }), [state, name])
}

/** The slices of a series in the order of its grid. */
export function gridSlices({ images }: SeriesInfo, { order }: VolumeGrid): (Slice | undefined)[] {
  const slices = slicesOf(images)
  return order.map((place) => slices[place])
}
