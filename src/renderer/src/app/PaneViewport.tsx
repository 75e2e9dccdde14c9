import type { PaneKind } from '../state/panes.ts'
import { addToRegion, scrollBy, useUi } from '../state/ui-store.ts'
import type { LoadedScene } from '../viewer/use-scene.ts'
import { Viewport, type Drawn } from '../viewer/Viewport.tsx'
import type { Layers } from './use-layers.ts'
import { useRegionShapes } from './use-region-shapes.ts'

interface PaneViewportProps {
  readonly index: number
  readonly kind: PaneKind
  readonly scene: LoadedScene | undefined
  readonly layers: Layers
  readonly onDrawn: (drawn: Drawn) => void
}

/** A picture with what lies over it, where the user scrolls and draws the region. */
export function PaneViewport({
  index,
  kind,
  scene,
  layers: { overlay, masks, boxes },
  onDrawn,
}: PaneViewportProps) {
  const size = scene?.image.frame
  const region = useRegionShapes(size)
  const swipeAt = useUi((ui) => (kind === 'swipe' ? ui.swipeAt : 1))
  return (
    <Viewport
      {...{ index, scene, overlay, masks, boxes, swipeAt, region, onDrawn }}
      onScroll={(delta) => {
        scrollBy(index, delta)
      }}
      onRegion={(shape) => {
        if (size !== undefined) addToRegion(shape, { rows: size.rows, columns: size.columns })
      }}
    />
  )
}
