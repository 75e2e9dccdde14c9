import cornerstone, { type EnabledElement } from 'cornerstone-core'
import { paintValues, type Painting } from './colormap.ts'
import type { Frame } from './frame.ts'
import type { RegionShape } from './region.ts'

/**
 * A perturbation or a gradient painted over, or instead of, an image of the same size; the limit is in the
 * frame's units.
 */
export interface Overlay extends Painting {
  readonly frame: Frame
  /** 0 to 1. */
  readonly opacity: number
}

/** Draws an overlay over what is there. */
export function drawOverlay(
  overlay: Overlay,
  element: EnabledElement,
  context: CanvasRenderingContext2D,
): void {
  context.save()
  cornerstone.setToPixelCoordinateSystem(element, context)
  context.globalAlpha = overlay.opacity
  context.drawImage(painted(overlay), 0, 0)
  context.restore()
}

interface Painted {
  readonly key: string
  readonly canvas: HTMLCanvasElement
}

/**
 * Pixels of painted overlays that are kept for all viewports: scrolling back and forth paints nothing anew.
 */
const mostPixels = 32 * 1024 * 1024

let keptPixels = 0
const kept = new Map<Frame, readonly Painted[]>()

function painted({ frame, ...painting }: Overlay): HTMLCanvasElement {
  const key = `${painting.colours} ${painting.use} ${painting.limit}`
  const known = kept.get(frame) ?? []
  const found = known.find((each) => each.key === key)
  if (found !== undefined) return found.canvas
  const canvas = paint(frame, painting)
  forget(frame)
  // Alone and over the image; other limits come while the magnification is dragged, and don't come again.
  keep(frame, [...known.slice(-1), { key, canvas }])
  // A map keeps the order of insertion: what was painted long ago goes first.
  for (const old of kept.keys()) if (keptPixels > mostPixels && old !== frame) forget(old)
  return canvas
}

function keep(frame: Frame, canvases: readonly Painted[]): void {
  kept.set(frame, canvases)
  keptPixels += canvases.length * frame.rows * frame.columns
}

function forget(frame: Frame): void {
  keptPixels -= (kept.get(frame)?.length ?? 0) * frame.rows * frame.columns
  kept.delete(frame)
}

function paint({ rows, columns, samples, values }: Frame, painting: Painting): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = columns
  canvas.height = rows
  const context = canvas.getContext('2d')
  if (context === null || !(values instanceof Float32Array)) return canvas
  const pixels = new ImageData(columns, rows)
  paintValues(values, pixels.data, { ...painting, samples })
  context.putImageData(pixels, 0, 0)
  return canvas
}

const regionColour = '#ffd43b'

/** Outlines of the region that an attack may change. */
export function drawRegion(
  shapes: readonly RegionShape[],
  element: EnabledElement,
  context: CanvasRenderingContext2D,
): void {
  context.save()
  cornerstone.setToPixelCoordinateSystem(element, context)
  context.strokeStyle = regionColour
  context.lineWidth = 1.5 / element.viewport.scale
  context.setLineDash([6, 4].map((length) => length / element.viewport.scale))
  for (const { kind, left, top, right, bottom } of shapes) {
    const [width, height] = [right - left, bottom - top]
    context.beginPath()
    if (kind === 'rectangle') context.rect(left, top, width, height)
    else context.ellipse(left + width / 2, top + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI)
    context.stroke()
  }
  context.restore()
}
