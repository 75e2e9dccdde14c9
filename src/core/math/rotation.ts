/** A turn of planes [rows, columns] about their middle, and then a move, bilinear, with zeros beyond the border. */
export interface Turn {
  readonly channels: number
  readonly rows: number
  readonly columns: number
  /** In radians, counter-clockwise. */
  readonly angle: number
  /** The move, in pixels; none by default. */
  readonly shift?: { readonly down: number; readonly right: number } | undefined
}

const unmoved = { down: 0, right: 0 }

/** What a turned pixel takes of the four pixels around the place it comes from. */
type Take = (to: number, from: number, weight: number) => void

/** The turned planes [C·rows·columns]. */
export function rotated(x: Float32Array, turn: Turn): Float32Array {
  const y = new Float32Array(x.length)
  forEachTaken(turn, (to, from, weight) => {
    y[to] += weight * x[from]
  })
  return y
}

/** The transpose of `rotated`. */
export function rotatedBack(y: Float32Array, turn: Turn): Float32Array {
  const x = new Float32Array(y.length)
  forEachTaken(turn, (to, from, weight) => {
    x[from] += weight * y[to]
  })
  return x
}

function forEachTaken({ channels, rows, columns, angle, shift = unmoved }: Turn, take: Take): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [middleRow, middleColumn] = [(rows - 1) / 2, (columns - 1) / 2]
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [down, right] = [row - middleRow - shift.down, column - middleColumn - shift.right]
      const sourceRow = cos * down + sin * right + middleRow
      const sourceColumn = cos * right - sin * down + middleColumn
      const [top, left] = [Math.floor(sourceRow), Math.floor(sourceColumn)]
      for (let corner = 0; corner < 4; corner++) {
        const [r, c] = [top + (corner >> 1), left + (corner & 1)]
        const weight = (1 - Math.abs(sourceRow - r)) * (1 - Math.abs(sourceColumn - c))
        if (weight === 0 || r < 0 || c < 0 || r >= rows || c >= columns) continue
        for (let plane = 0; plane < channels; plane++)
          take((plane * rows + row) * columns + column, (plane * rows + r) * columns + c, weight)
      }
    }
}
