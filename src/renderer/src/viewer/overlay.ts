import cornerstone, { type EnabledElement } from 'cornerstone-core'
import { paintSigned, type ColormapUse } from './colormap.ts'
import type { Frame } from './frame.ts'
import type { RegionShape } from './region.ts'

/** A perturbation painted over, or instead of, an image of the same size. */
export interface SignedOverlay {
  readonly frame: Frame
  /** In the frame's units: what takes the strongest colour. */
  readonly limit: number
  /** 0 to 1. */
  readonly opacity: number
  readonly use: ColormapUse
}

/** Draws a perturbation; the painted pixels are kept as long as values and colours stay the same. */
export function createOverlayPainter(): (
  overlay: SignedOverlay,
  element: EnabledElement,
  context: CanvasRenderingContext2D,
) => void {
  const canvas = document.createElement('canvas')
  let pixels: ImageData | undefined
  let painted: Omit<SignedOverlay, 'opacity'> | undefined

  const paint = ({ frame, limit, use }: SignedOverlay): void => {
    if (painted?.frame === frame && painted.limit === limit && painted.use === use) return
    painted = { frame, limit, use }
    const { rows, columns, samples, values } = frame
    const target = canvas.getContext('2d')
    if (target === null || !(values instanceof Float32Array)) return
    if (pixels?.width !== columns || pixels.height !== rows) {
      canvas.width = columns
      canvas.height = rows
      pixels = new ImageData(columns, rows)
    }
    paintSigned(values, pixels.data, { limit, use, samples })
    target.putImageData(pixels, 0, 0)
  }

  return (overlay, element, context) => {
    paint(overlay)
    context.save()
    cornerstone.setToPixelCoordinateSystem(element, context)
    context.globalAlpha = overlay.opacity
    context.drawImage(canvas, 0, 0)
    context.restore()
  }
}

const regionColour = '#ffd43b'

/** Outlines of the region that an attack may change. */
export function drawRegion(shapes: readonly RegionShape[], element: EnabledElement, context: CanvasRenderingContext2D): void {
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
