/**
 * Sets `value` at the pixels [rows, columns] whose middle lies in a polygon, by the even-odd rule.
 * @param polygon [x, y, x, y, …] in pixels, from the image's upper left corner
 */
export function fillOutline(
  mask: Uint16Array,
  columns: number,
  polygon: readonly number[],
  value: number,
): void {
  const rows = mask.length / columns
  for (let row = 0; row < rows; row++) {
    const edges = crossings(polygon, row + 0.5).sort((a, b) => a - b)
    for (let n = 0; n + 1 < edges.length; n += 2) {
      const first = Math.max(0, Math.ceil(edges[n] - 0.5))
      const end = Math.min(columns, Math.ceil(edges[n + 1] - 0.5))
      if (first < end) mask.fill(value, row * columns + first, row * columns + end)
    }
  }
}

/** Where the polygon's edges cross a horizontal line. */
function crossings(polygon: readonly number[], y: number): number[] {
  const found: number[] = []
  for (let n = 0; n < polygon.length; n += 2) {
    const [x0, y0] = [polygon[n], polygon[n + 1]]
    const next = (n + 2) % polygon.length
    const [x1, y1] = [polygon[next], polygon[next + 1]]
    if (y0 <= y === y1 <= y) continue
    found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0))
  }
  return found
}

/** Sets `value` in every second run, the runs going down one column after the other. */
export function fillRuns(mask: Uint16Array, rows: number, counts: readonly number[], value: number): void {
  const columns = mask.length / rows
  let at = 0
  counts.forEach((count, n) => {
    for (let end = Math.min(at + count, mask.length); at < end; at++)
      if (n % 2 === 1) mask[(at % rows) * columns + Math.floor(at / rows)] = value
  })
}
