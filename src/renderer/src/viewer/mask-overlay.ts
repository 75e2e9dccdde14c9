import cornerstone, { type EnabledElement } from 'cornerstone-core'
import type { MaskRuns } from '../../../core/model/mask-runs.ts'
import { maskPixels, type ShownClass } from './mask-pixels.ts'

/**
 * What a model says before an attack, as outlines, and after it, as areas; painted over an image of the same
 * size.
 */
export interface MaskOverlay {
  readonly outline: MaskRuns
  readonly fill: MaskRuns | undefined
  readonly classes: readonly ShownClass[]
  /** Of the areas, 0 to 1. */
  readonly opacity: number
}

/** Draws masks over what is there. */
export function drawMasks(
  { outline, fill, classes, opacity }: MaskOverlay,
  element: EnabledElement,
  context: CanvasRenderingContext2D,
): void {
  context.save()
  cornerstone.setToPixelCoordinateSystem(element, context)
  if (fill !== undefined) {
    context.globalAlpha = opacity
    context.drawImage(painted(fill, classes, 'area'), 0, 0)
  }
  context.globalAlpha = 1
  context.drawImage(painted(outline, classes, 'outline'), 0, 0)
  context.restore()
}

/** Canvases live as long as the run's results do. */
const kept = new WeakMap<MaskRuns, Partial<Record<'area' | 'outline', HTMLCanvasElement>>>()

function painted(
  runs: MaskRuns,
  classes: readonly ShownClass[],
  part: 'area' | 'outline',
): HTMLCanvasElement {
  const known = kept.get(runs)
  const found = known?.[part]
  if (found !== undefined) return found
  const canvas = document.createElement('canvas')
  canvas.width = runs.columns
  canvas.height = runs.rows
  canvas
    .getContext('2d')
    ?.putImageData(new ImageData(maskPixels(runs, classes, part), runs.columns, runs.rows), 0, 0)
  kept.set(runs, { ...known, [part]: canvas })
  return canvas
}
