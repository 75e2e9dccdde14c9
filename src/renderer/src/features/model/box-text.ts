import type { Rectangle } from '../../../../core/model/boxes.ts'

/** Its corners, in whole pixels. */
export function boxPlaceText({ x0, y0, x1, y1 }: Rectangle): string {
  return `${[x0, y0].map(Math.round).join(', ')} – ${[x1, y1].map(Math.round).join(', ')}`
}
