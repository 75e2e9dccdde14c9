import type { SeriesInfo } from '../../../engine/server/studies/study-info.ts'
import { baseKind, type Pane } from '../state/panes.ts'
import { frameRefOf, type RunPictures } from '../viewer/run-pictures.ts'
import { slicesOf, type Slice } from '../viewer/slices.ts'
import { useScene, type SceneState } from '../viewer/use-scene.ts'

export interface PanePicture extends SceneState {
  readonly study: string
  readonly slice: Slice
  /** Pictures of the series. */
  readonly count: number
  /** Whether there is such a picture: a run may not have come to it. */
  readonly isThere: boolean
}

/** The slice that a viewport is to show, and its frames as they come. */
export function usePanePicture(
  pane: Pane,
  { images }: SeriesInfo,
  run: RunPictures | undefined,
): PanePicture {
  const study = pane.series?.study ?? ''
  const slices = slicesOf(images)
  const slice = slices[Math.min(pane.slice, slices.length - 1)] ?? { image: 0, frame: 0 }
  const isThere = pane.kind === 'original' || run?.placeOf(slice.image) !== undefined
  const state = useScene(
    isThere ? frameRefOf(baseKind(pane.kind), study, slice, run) : undefined,
    run === undefined ? undefined : frameRefOf('perturbation', study, slice, run),
    pane.kind === 'swipe' ? frameRefOf('adversarial', study, slice, run) : undefined,
  )
  return { study, slice, count: slices.length, isThere, ...state }
}
