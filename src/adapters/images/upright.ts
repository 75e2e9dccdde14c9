import type { StoredValues } from '../../core/dicom/image.ts'
import { turned, type Turn } from '../../core/math/pictures.ts'

interface Size {
  readonly rows: number
  readonly columns: number
  readonly samples: number
}

interface Upright<Values extends StoredValues> {
  readonly rows: number
  readonly columns: number
  readonly values: Values
}

/** A picture as its Orientation says that it is seen (CIPA DC-008 and TIFF 6.0, tag 274: 1 to 8). */
export function uprightPicture<Values extends StoredValues>(
  values: Values,
  { rows, columns, samples }: Size,
  orientation: number,
): Upright<Values> {
  const turn = turnOf(orientation, rows, columns)
  if (turn === undefined) return { rows, columns, values }
  const [height, width] = orientation >= 5 ? [columns, rows] : [rows, columns]
  const pixels = turned<Values>(values, values.slice() as Values, [height, width, samples], turn)
  return { rows: height, columns: width, values: pixels }
}

/** What is said of a picture that was turned. @param tag what said so */
export function turnedNotices(orientation: number, tag: string): string[] {
  return orientation === 1 ? [] : [`It was turned upright, as its ${tag} (${orientation}) says.`]
}

/** Where the upright picture's first pixel lies; undefined of 1. */
function turnOf(orientation: number, rows: number, columns: number): Turn | undefined {
  const last = { column: columns - 1, row: (rows - 1) * columns }
  switch (orientation) {
    case 2:
      return { start: last.column, right: -1, down: columns }
    case 3:
      return { start: last.row + last.column, right: -1, down: -columns }
    case 4:
      return { start: last.row, right: 1, down: -columns }
    case 5:
      return { start: 0, right: columns, down: 1 }
    case 6:
      return { start: last.row, right: -columns, down: 1 }
    case 7:
      return { start: last.row + last.column, right: -columns, down: -1 }
    case 8:
      return { start: last.column, right: columns, down: -1 }
    default:
      return undefined
  }
}
