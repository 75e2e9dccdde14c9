import cornerstone, { type EnabledElement } from 'cornerstone-core'
import type { LoadedImage } from './image-loader.ts'

/** A second image of the same size, shown to the right of a divider. */
export interface Swipe {
  readonly image: LoadedImage
  /** Where the divider is: 0 at the left edge of the viewport, 1 at the right one. */
  readonly at: number
}

const scratch = document.createElement('canvas')

/**
 * Draws the second image, as the first is shown (window, zoom, turn), over what lies right of the divider.
 */
export function drawSwipe(
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
