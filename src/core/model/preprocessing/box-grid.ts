import type { Rectangle } from '../boxes.ts'
import type { FitPlan } from './fit-plan.ts'

/**
 * A rectangle of the model's frame in the image's own pixels, cut off at the image's edges; it may be empty
 * then.
 */
export function boxToImage<Box extends Rectangle>({ from, box, size, at }: FitPlan, rectangle: Box): Box {
  const axis = (index: 0 | 1) => {
    const [start, offset] = index === 0 ? [box.top, at.top] : [box.left, at.left]
    const scale = box.size[index] / size[index]
    return (position: number) => Math.min(from[index], Math.max(0, start + (position - offset) * scale))
  }
  const [y, x] = [axis(0), axis(1)]
  return { ...rectangle, x0: x(rectangle.x0), y0: y(rectangle.y0), x1: x(rectangle.x1), y1: y(rectangle.y1) }
}
