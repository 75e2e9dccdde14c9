import cornerstone from 'cornerstone-core'
import type { EnabledElement, RenderedEvent } from 'cornerstone-core'
import {
  type BoxOverlay,
  type CrosshairLine,
  drawBoxes,
  drawCrosshair,
  drawMasks,
  drawOverlay,
  drawRegion,
  type MaskOverlay,
  type Overlay,
} from './overlays.ts'
import type { Frame } from './frame.ts'
import type { ViewerImage } from './image-loader.ts'
import { keepShown, type Measured } from './measurements/shown-in.ts'
import { shareDrawings } from './measurements/tool-states.ts'
import type { RegionShape } from './region.ts'
import { clearMeasurements } from './tools.ts'
import { fitScale, fromViewport, initialView, toViewport, type View, type ViewContext } from './view.ts'

/** What one viewport shows. */
export interface Scene {
  readonly image: ViewerImage
  readonly overlay: Overlay | undefined
  readonly masks: MaskOverlay | undefined
  readonly boxes: BoxOverlay | undefined
  readonly swipe: Swipe | undefined
  readonly region: readonly RegionShape[]
  readonly lines: readonly CrosshairLine[]
  readonly measured: Measured
}

export interface ViewportListeners {
  /** The user has changed the view with a tool. */
  readonly onView: (view: View) => void
  /** Something was drawn: corner texts follow. */
  readonly onDrawn: () => void
}

/** An image's place on the page, made of an element; `dispose` when the element goes. */
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
  /** In pixels. */
  readonly size: { readonly width: number; readonly height: number }
  /** What is shown; undefined before there is an image. */
  readonly shown: Scene | undefined
  /** The part of the viewport that the image covers, in its pixels; undefined before there is an image. */
  readonly covered: Area | undefined
  /** Removes the measurements drawn on the image. */
  clearMeasurements(): void
  resize(): void
  dispose(): void
}

/** A rectangle of a canvas, in its pixels. */
export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Enables an element for cornerstone, until the control is disposed of.
 * @param unit pixels that a line of width 1 takes: 1 on the screen, more in print
 */
export function createViewport(
  element: HTMLElement,
  listeners: ViewportListeners,
  unit = 1,
): ViewportControl {
  return new ElementViewport(element, listeners, unit)
}

/** The view is ours: cornerstone's viewport is made of it, and read back where a tool changed it. */
class ElementViewport implements ViewportControl {
  private scene: Scene | undefined
  private current = initialView
  private readonly unshare: () => void

  constructor(
    private readonly element: HTMLElement,
    private readonly listeners: ViewportListeners,
    private readonly unit: number,
  ) {
    // Before cornerstone-tools hears of the element, so that measurements are drawn over the overlay.
    element.addEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.drawn)
    cornerstone.enable(element)
    this.unshare = shareDrawings(element)
  }

  get view(): View {
    return this.current
  }

  get scale(): number {
    return this.scene === undefined ? 0 : cornerstone.getEnabledElement(this.element).viewport.scale
  }

  get frame(): Frame | undefined {
    return this.scene?.image.frame
  }

  get size(): { readonly width: number; readonly height: number } {
    const { width, height } = cornerstone.getEnabledElement(this.element).canvas
    return { width, height }
  }

  get shown(): Scene | undefined {
    return this.scene
  }

  get covered(): Area | undefined {
    if (this.scene === undefined) return undefined
    const { rows, columns } = this.scene.image
    const { canvas } = cornerstone.getEnabledElement(this.element)
    const corners = [
      { x: 0, y: 0 },
      { x: columns, y: 0 },
      { x: 0, y: rows },
      { x: columns, y: rows },
    ].map((corner) => cornerstone.pixelToCanvas(this.element, corner))
    return boundsWithin(corners, canvas)
  }

  show(scene: Scene): void {
    this.scene = scene
    keepShown(this.element, scene.measured)
    const known = contextOf(this.element, scene.image, this.current.rotation)
    cornerstone.displayImage(this.element, scene.image, toViewport(this.current, known))
  }

  setView(view: View): void {
    this.current = view
    this.apply()
  }

  pixelAt(pageX: number, pageY: number): { readonly x: number; readonly y: number } | undefined {
    if (this.scene === undefined) return undefined
    const { rows, columns } = this.scene.image
    const { x, y } = cornerstone.pageToPixel(this.element, pageX, pageY)
    const inside = x >= 0 && y >= 0 && x < columns && y < rows
    return inside ? { x: Math.floor(x), y: Math.floor(y) } : undefined
  }

  clearMeasurements(): void {
    if (this.scene !== undefined) clearMeasurements(this.element)
  }

  resize(): void {
    cornerstone.resize(this.element, false)
    this.apply()
  }

  dispose(): void {
    this.unshare()
    this.element.removeEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.drawn)
    cornerstone.disable(this.element)
  }

  /** A function of its own, since it is a listener: one and the same is added and removed. */
  private readonly drawn = (event: Event): void => {
    if (this.scene !== undefined)
      drawOver(this.scene, (event as CustomEvent<RenderedEvent>).detail, this.unit)
    this.readBack()
    this.listeners.onDrawn()
  }

  private apply(): void {
    const known = this.context()
    if (known !== undefined) cornerstone.setViewport(this.element, toViewport(this.current, known))
  }

  private readBack(): void {
    const known = this.context()
    if (known === undefined) return
    const shown = fromViewport(this.current, cornerstone.getEnabledElement(this.element).viewport, known)
    if (shown === this.current) return
    this.current = shown
    this.listeners.onView(shown)
  }

  private context(): ViewContext | undefined {
    return this.scene && contextOf(this.element, this.scene.image, this.current.rotation)
  }
}

/** The rectangle around points, as far as it lies on a canvas. */
function boundsWithin(
  points: readonly { readonly x: number; readonly y: number }[],
  canvas: Pick<HTMLCanvasElement, 'width' | 'height'>,
): Area {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const [left, top] = [Math.max(0, Math.min(...xs)), Math.max(0, Math.min(...ys))]
  const [right, bottom] = [Math.min(canvas.width, Math.max(...xs)), Math.min(canvas.height, Math.max(...ys))]
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** What lies over the image, lowest first. */
function drawOver(
  { swipe, overlay, masks, boxes, region, lines }: Scene,
  { enabledElement, canvasContext }: RenderedEvent,
  unit: number,
): void {
  if (swipe !== undefined) drawSwipe(swipe, enabledElement, canvasContext)
  if (overlay !== undefined) drawOverlay(overlay, enabledElement, canvasContext)
  if (masks !== undefined) drawMasks(masks, enabledElement, canvasContext)
  if (boxes !== undefined) drawBoxes(boxes, enabledElement, canvasContext, unit)
  drawRegion(region, enabledElement, canvasContext, unit)
  drawCrosshair(lines, enabledElement, canvasContext, unit)
}

function contextOf(element: HTMLElement, image: ViewerImage, rotation: number): ViewContext {
  const { canvas } = cornerstone.getEnabledElement(element)
  const {
    rows,
    columns,
    rowPixelSpacing = 1,
    columnPixelSpacing = 1,
    windowCenter,
    windowWidth,
    invert,
  } = image
  const sides = { rows, columns, rowSpacing: rowPixelSpacing, columnSpacing: columnPixelSpacing }
  return {
    rows,
    columns,
    invert,
    fit: fitScale(canvas, sides, rotation),
    window: { center: windowCenter, width: windowWidth },
  }
}

/** A second image of the same size, shown to the right of a divider. */
export interface Swipe {
  readonly image: ViewerImage
  /** Where the divider is: 0 at the left edge of the viewport, 1 at the right one. */
  readonly at: number
}

const scratch = document.createElement('canvas')

/**
 * Draws the second image, as the first is shown (window, zoom, turn), over what lies right of the divider.
 */
function drawSwipe(
  { image, at }: Swipe,
  { canvas, viewport }: EnabledElement,
  context: CanvasRenderingContext2D,
): void {
  scratch.width = canvas.width
  scratch.height = canvas.height
  cornerstone.renderToCanvas(scratch, image, viewport)
  const left = Math.round(at * canvas.width)
  const width = canvas.width - left
  if (width <= 0) return
  context.save()
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.drawImage(scratch, left, 0, width, canvas.height, left, 0, width, canvas.height)
  context.restore()
}
