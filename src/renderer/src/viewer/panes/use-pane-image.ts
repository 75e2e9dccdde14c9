import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import { baseKind, type Pane } from '../../state/panes.ts'
import { frameRefOf, type RunImages } from '../run-images.ts'
import { type PlaneImage, usePlaneImage } from '../volume/use-plane-image.ts'
import { type Slice, slicesOf } from '../slices.ts'
import { type SceneState, useScene } from '../use-scene.ts'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { patientText } from '../../state/examinations.ts'
import { useUi } from '../../state/ui-store.ts'
import type { RegionShape } from '../region.ts'

export interface PaneImage extends SceneState {
  readonly study: string
  /** The image of the series that is shown, or that a plane goes through where it looks. */
  readonly slice: Slice
  /** Which of how many images, or planes. */
  readonly index: number
  readonly count: number
  /** Whether there is such an image: a run may not have come to it. */
  readonly isThere: boolean
  /** Undefined of slices as they were taken. */
  readonly plane: PlaneImage | undefined
}

interface Shown {
  readonly pane: Pane
  readonly series: SeriesInfo
  readonly run: RunImages | undefined
}

/** The slice or plane that a viewport is to show, and its pixels as they come. */
export function usePaneImage(shown: Shown): PaneImage {
  const acquired = useAcquired(shown)
  const plane = usePlaneImage(shown)
  if (shown.pane.plane === undefined) return acquired
  const { scene, error } = plane
  const isThere = shown.pane.kind === 'original' || acquired.hasResults
  return {
    ...acquired,
    index: plane.plane?.index ?? 0,
    count: plane.plane?.count ?? 0,
    isThere,
    plane,
    scene: isThere ? scene : undefined,
    error,
    isLoading: isThere && scene === undefined && error === undefined && plane.refusal === undefined,
  }
}

/** The slice as it was taken; of a plane's pane nothing is loaded. */
function useAcquired({ pane, series: { images }, run }: Shown): PaneImage & { readonly hasResults: boolean } {
  const study = pane.series?.study ?? ''
  const slices = slicesOf(images)
  const slice = slices[Math.min(pane.slice, slices.length - 1)] ?? { image: 0, frame: 0 }
  const isThere = pane.kind === 'original' || run?.placeOf(slice.image) !== undefined
  const isShown = isThere && pane.plane === undefined
  const state = useScene(
    isShown ? frameRefOf(baseKind(pane.kind), study, slice, run) : undefined,
    run === undefined ? undefined : frameRefOf('perturbation', study, slice, run),
    pane.kind === 'swipe' ? frameRefOf('adversarial', study, slice, run) : undefined,
  )
  const hasResults = images.some(({ index }) => run?.placeOf(index) !== undefined)
  const place = { index: pane.slice, count: slices.length }
  return { study, slice, ...place, isThere, plane: undefined, hasResults, ...state }
}

interface FrameAddress {
  readonly study: string
  readonly image: number
  readonly frame: number
}

/**
 * Corner texts and orientation of an image. They follow when scrolling rests: a request for each image
 * would slow it.
 */
export function useDetails(address: FrameAddress): {
  readonly lines: readonly string[]
  readonly orientation: readonly number[] | undefined
} {
  const [rested] = useDebouncedValue(`${address.image} ${address.frame}`, 120, { leading: true })
  const [image = 0, frame = 0] = rested.split(' ').map(Number)
  const details = useQuery(
    api.studies.image.queryOptions(
      { study: address.study, image, frame },
      { placeholderData: keepPreviousData },
    ),
  )
  if (details.data === undefined) return { lines: [], orientation: undefined }
  const { patient, modality, seriesDescription, orientation } = details.data
  const lines = [
    patientText(patient),
    [modality, seriesDescription].filter((part) => part !== null).join(' '),
  ]
  return { lines: lines.filter((line) => line !== ''), orientation: orientation?.flat() }
}

const noShapes: readonly never[] = []

/** The region that an attack may change, on images of the size that it was drawn on. */
export function useRegionShapes(
  size: { readonly rows: number; readonly columns: number } | undefined,
): readonly RegionShape[] {
  const region = useUi((ui) => ui.region)
  const fits = region?.rows === size?.rows && region?.columns === size?.columns
  return fits ? (region?.shapes ?? noShapes) : noShapes
}
