import { useEffect, useEffectEvent, useRef, useState, type PointerEvent, type WheelEvent } from 'react'
import type { RegionShape } from './region.ts'
import { useUi } from '../state/ui-store.ts'
import { initViewer, onRegionDrawn } from './tools.ts'
import type { LoadedScene } from './use-scene.ts'
import { initialView, type View } from './view.ts'
import { createViewport, type Scene, type ViewportControl } from './viewport-control.ts'
import { linkGroup, registerViewport, useCursor } from './viewports.ts'
import type { PlaneName } from './volume/planes.ts'
import { createWheel } from './slices.ts'
import classes from './viewer.module.css'

/** Report of a viewport whenever it is drawn. */
export interface Drawn {
  readonly view: View
  /** Screen pixels per image pixel. */
  readonly scale: number
}

interface ViewportProps {
  /** Place in the grid. */
  readonly index: number
  readonly scene: LoadedScene | undefined
  readonly overlay: Scene['overlay']
  readonly masks: Scene['masks']
  readonly boxes: Scene['boxes']
  /** Where the divider is, 0 to 1, when the scene has a second image. */
  readonly swipeAt: number
  readonly region: Scene['region']
  readonly lines: Scene['lines']
  /** Whether it is an adversarial image, or the change that made it: measurements say how values changed. */
  readonly changed: 'after' | 'change' | undefined
  /** Viewports of one plane share zoom, pan and turn while they are linked. */
  readonly plane: PlaneName
  /** Viewports of one place have the same pixels under the pointer. */
  readonly place: string
  readonly onDrawn: (drawn: Drawn) => void
  readonly onScroll: (delta: number) => void
  /** The crosshair was put to a pixel. */
  readonly onPoint: (pixel: { readonly x: number; readonly y: number }) => void
  readonly onRegion: (shape: RegionShape) => void
}

/**
 * An image that can be windowed, panned, zoomed, scrolled and measured. It fills its parent, which must have
 * a size.
 */
export function Viewport({ index, scene, swipeAt, plane, place, changed, ...props }: ViewportProps) {
  const { overlay, masks, boxes, region, lines, onScroll, onPoint } = props
  const element = useRef<HTMLDivElement>(null)
  const control = useViewport({ index, plane }, element, props)
  const [wheel] = useState(createWheel)

  useEffect(() => {
    if (scene === undefined) return
    const swipe = scene.swiped && { image: scene.swiped, at: swipeAt }
    const change = changed && scene.perturbation?.frame
    const measured = { frame: scene.image.frame, change, isChange: changed === 'change' }
    control?.show({ image: scene.image, overlay, masks, boxes, swipe, region, lines, measured })
  }, [control, scene, overlay, masks, boxes, swipeAt, region, lines, changed])

  const scroll = (event: WheelEvent): void => {
    const slices = wheel(event)
    if (slices !== 0) onScroll(slices)
  }
  const point = (event: PointerEvent): void => {
    const pixel = control?.pixelAt(event.pageX, event.pageY)
    useCursor.setState({ pixel, place })
    const isPressed = event.buttons === 1 && useUi.getState().tool === 'crosshair'
    if (isPressed && pixel !== undefined) onPoint(pixel)
  }
  const leave = (): void => {
    useCursor.setState({ pixel: undefined, place: '' })
  }
  return (
    <div
      ref={element}
      className={classes['canvas']}
      data-shown={scene === undefined ? undefined : scene.image.imageId}
      onWheel={scroll}
      onPointerDown={point}
      onPointerMove={point}
      onPointerLeave={leave}
      onContextMenu={(event) => {
        event.preventDefault()
      }}
    />
  )
}

function useViewport(
  { index, plane }: Pick<ViewportProps, 'index' | 'plane'>,
  element: { readonly current: HTMLDivElement | null },
  { onDrawn, onRegion }: Pick<ViewportProps, 'onDrawn' | 'onRegion'>,
): ViewportControl | undefined {
  const [control, setControl] = useState<ViewportControl>()
  const drawn = useEffectEvent((view: View, scale: number) => {
    onDrawn({ view, scale })
  })
  const regionDrawn = useEffectEvent(onRegion)
  useEffect(() => {
    const { current } = element
    if (current === null) return
    initViewer()
    const made: ViewportControl = createViewport(current, {
      onView: (view) => {
        linkGroup.changed(made, view)
      },
      onDrawn: () => {
        drawn(made.view, made.scale)
      },
    })
    const unregister = registerViewport(index, made, plane)
    const forgetRegions = onRegionDrawn(current, (shape) => {
      regionDrawn(shape)
    })
    const resized = new ResizeObserver(() => {
      made.resize()
    })
    resized.observe(current)
    setControl(made)
    return () => {
      resized.disconnect()
      forgetRegions()
      unregister()
      made.dispose()
    }
  }, [index, plane, element])
  return control
}

export const nothingDrawn: Drawn = { view: initialView, scale: 0 }
