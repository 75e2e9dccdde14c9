import cornerstone, { type RenderedEvent } from 'cornerstone-core'
import { drawBoxes, type BoxOverlay } from './box-overlay.ts'
import type { Frame } from './frame.ts'
import type { LoadedImage } from './image-loader.ts'
import { drawMasks, type MaskOverlay } from './mask-overlay.ts'
import { drawOverlay, drawRegion, type Overlay } from './overlay.ts'
import type { RegionShape } from './region.ts'
import { drawSwipe, type Swipe } from './swipe.ts'
import { clearMeasurements } from './tools.ts'
import { fitScale, fromViewport, initialView, toViewport, type View, type ViewContext } from './view.ts'

/** What one viewport shows. */
export interface Scene {
  readonly image: LoadedImage
  readonly overlay: Overlay | undefined
  readonly masks: MaskOverlay | undefined
  readonly boxes: BoxOverlay | undefined
  readonly swipe: Swipe | undefined
  readonly region: readonly RegionShape[]
}

export interface ViewportListeners {
  /** The user has changed the view with a tool. */
  readonly onView: (view: View) => void
  /** Something was drawn: corner texts follow. */
  readonly onDrawn: () => void
}

/** A picture's place on the page, made of an element; `dispose` when the element goes. */
export interface ViewportControl {
  show(scene: Scene): void
  setView(view: View): void
  readonly view: View
  /** Screen pixels per image pixel; 0 before there is an image. */
  readonly scale: number
  /** Column and row under a point of the page; undefined outside the image. */
  pixelAt(pageX: number, pageY: number): { readonly x: number; readonly y: number } | undefined
  /** The frame that is shown. */
  readonly frame: Frame | undefined
  /** Removes the measurements drawn on the picture. */
  clearMeasurements(): void
  resize(): void
  dispose(): void
}

/** Enables an element for cornerstone. The view is ours: cornerstone's viewport is made of it, and read back where a tool changed it. */
export function createViewport(element: HTMLElement, { onView, onDrawn }: ViewportListeners): ViewportControl {
  let view = initialView
  let scene: Scene | undefined

  const context = (): ViewContext | undefined => scene && contextOf(element, scene.image, view.rotation)
  const apply = (): void => {
    const known = context()
    if (known !== undefined) cornerstone.setViewport(element, toViewport(view, known))
  }
  const readBack = (): void => {
    const known = context()
    if (known === undefined) return
    const shown = fromViewport(view, cornerstone.getEnabledElement(element).viewport, known)
    if (shown === view) return
    view = shown
    onView(view)
  }
  const drawn = (event: Event): void => {
    const { enabledElement, canvasContext } = (event as CustomEvent<RenderedEvent>).detail
    if (scene?.swipe !== undefined) drawSwipe(scene.swipe, enabledElement, canvasContext)
    if (scene?.overlay !== undefined) drawOverlay(scene.overlay, enabledElement, canvasContext)
    if (scene?.masks !== undefined) drawMasks(scene.masks, enabledElement, canvasContext)
    if (scene?.boxes !== undefined) drawBoxes(scene.boxes, enabledElement, canvasContext)
    if (scene !== undefined) drawRegion(scene.region, enabledElement, canvasContext)
    readBack()
    onDrawn()
  }
  // Before cornerstone-tools hears of the element, so that measurements are drawn over the overlay.
  element.addEventListener(cornerstone.EVENTS.IMAGE_RENDERED, drawn)
  cornerstone.enable(element)

  return {
    show: (next) => {
      scene = next
      const known = contextOf(element, next.image, view.rotation)
      cornerstone.displayImage(element, next.image, toViewport(view, known))
    },
    setView: (next) => {
      view = next
      apply()
    },
    get view() {
      return view
    },
    get scale() {
      return scene === undefined ? 0 : cornerstone.getEnabledElement(element).viewport.scale
    },
    pixelAt: (pageX, pageY) => {
      if (scene === undefined) return undefined
      const { x, y } = cornerstone.pageToPixel(element, pageX, pageY)
      const inside = x >= 0 && y >= 0 && x < scene.image.columns && y < scene.image.rows
      return inside ? { x: Math.floor(x), y: Math.floor(y) } : undefined
    },
    get frame() {
      return scene?.image.frame
    },
    clearMeasurements: () => {
      if (scene !== undefined) clearMeasurements(element)
    },
    resize: () => {
      cornerstone.resize(element, false)
      apply()
    },
    dispose: () => {
      element.removeEventListener(cornerstone.EVENTS.IMAGE_RENDERED, drawn)
      cornerstone.disable(element)
    },
  }
}

function contextOf(element: HTMLElement, image: LoadedImage, rotation: number): ViewContext {
  const { canvas } = cornerstone.getEnabledElement(element)
  const { rows, columns, rowPixelSpacing = 1, columnPixelSpacing = 1, windowCenter, windowWidth, invert } = image
  const sides = { rows, columns, rowSpacing: rowPixelSpacing, columnSpacing: columnPixelSpacing }
  return { rows, columns, invert, fit: fitScale(canvas, sides, rotation), window: { center: windowCenter, width: windowWidth } }
}
