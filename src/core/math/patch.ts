/** Where a square patch [C, side, side] lies in an image [C, H, W]. */
export interface Placement {
  readonly channels: number
  readonly rows: number
  readonly columns: number
  readonly side: number
  /** Where the patch's middle lies, pixels. */
  readonly row: number
  readonly column: number
  /** Pixels of the image for a pixel of the patch. */
  readonly scale: number
  /** Radians. */
  readonly angle: number
}

/** Covers x by the patch, bilinear between its pixels; one plane of x after the other. */
export function pastePatch(x: Float32Array, patch: Float32Array, place: Placement): void {
  const cover = new Float32Array(x.length)
  const seen = new Uint8Array(x.length)
  forEachTap(place, (pixel, tap, weight) => {
    cover[pixel] += weight * patch[tap]
    seen[pixel] = 1
  })
  for (let i = 0; i < x.length; i++) if (seen[i] === 1) x[i] = cover[i]
}

/** Adds the gradient by the patch of what has this gradient by the image: the transpose of `pastePatch`. */
export function pullPatch(sum: Float32Array, gradient: Float32Array, place: Placement): void {
  forEachTap(place, (pixel, tap, weight) => {
    sum[tap] += weight * gradient[pixel]
  })
}

function forEachTap(place: Placement, take: (pixel: number, tap: number, weight: number) => void): void {
  const { channels, rows, columns, side, row, column, scale, angle } = place
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale]
  const reach = (side * scale) / Math.SQRT2 + 1
  const last = side - 1
  for (let r = Math.max(0, Math.floor(row - reach)); r <= Math.min(rows - 1, row + reach); r++)
    for (let c = Math.max(0, Math.floor(column - reach)); c <= Math.min(columns - 1, column + reach); c++) {
      const down = cos * (r - row) + sin * (c - column) + last / 2
      const right = cos * (c - column) - sin * (r - row) + last / 2
      if (down < -0.5 || right < -0.5 || down > last + 0.5 || right > last + 0.5) continue
      const [top, left] = [Math.floor(down), Math.floor(right)]
      for (let corner = 0; corner < 4; corner++) {
        const [i, j] = [top + (corner >> 1), left + (corner & 1)]
        const weight = (1 - Math.abs(down - i)) * (1 - Math.abs(right - j))
        const tap = Math.min(Math.max(i, 0), last) * side + Math.min(Math.max(j, 0), last)
        for (let plane = 0; plane < channels; plane++)
          take(plane * rows * columns + r * columns + c, plane * side * side + tap, weight)
      }
    }
}

/** Rows and columns, the last ones included, between which pixels may change; undefined where none may. */
export function movableBox(
  lower: Float32Array,
  upper: Float32Array,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): { top: number; left: number; bottom: number; right: number } | undefined {
  const box = { top: rows, left: columns, bottom: -1, right: -1 }
  for (let i = 0; i < rows * columns; i++) {
    if (lower[i] >= upper[i]) continue
    const [row, column] = [Math.floor(i / columns), i % columns]
    box.top = Math.min(box.top, row)
    box.bottom = Math.max(box.bottom, row)
    box.left = Math.min(box.left, column)
    box.right = Math.max(box.right, column)
  }
  return box.bottom < 0 ? undefined : box
}
