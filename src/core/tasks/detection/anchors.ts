import type { ImageSize } from '../../tensor/resample.ts'
import type { Anchors } from './output.ts'

/**
 * Anchors [A, 4] as x0, y0, x1, y1 in pixels of the model's input. Grids go level by level, row by row, and
 * at each place ratio by ratio (height to width) and size by size, as RetinaNet's (Lin et al., ICCV 2017) do:
 * width size/√ratio, height size·√ratio, centred at (column + offset)·stride.
 */
export function anchorBoxes(anchors: Anchors, [rows, columns]: ImageSize): Float64Array {
  if (anchors.kind === 'list') return Float64Array.from(anchors.boxes.flat())
  return Float64Array.from(
    anchors.levels.flatMap(({ stride, sizes, ratios }) => {
      const shapes = ratios.flatMap((ratio) =>
        sizes.map((size) => [size / Math.sqrt(ratio), size * Math.sqrt(ratio)] as const),
      )
      const centres = (extent: number) =>
        Array.from({ length: Math.ceil(extent / stride) }, (_, i) => (i + anchors.offset) * stride)
      return centres(rows).flatMap((y) =>
        centres(columns).flatMap((x) =>
          shapes.flatMap(([w, h]) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2]),
        ),
      )
    }),
  )
}
