/** Where a small image [C·height·width] lies in a whole one [C·rows·columns]. */
export interface Placement {
  readonly channels: number
  readonly rows: number
  readonly columns: number
  readonly height: number
  readonly width: number
  readonly corner: readonly [row: number, column: number]
}

/** The small image with zeros around it. */
export function padded(small: Float32Array, place: Placement): Float32Array {
  const whole = new Float32Array(place.channels * place.rows * place.columns)
  paste(whole, small, place)
  return whole
}

/** Writes the small image into the whole one. */
export function paste(whole: Float32Array, small: Float32Array, place: Placement): void {
  forEachRow(place, (inSmall, inWhole) => {
    whole.set(small.subarray(inSmall, inSmall + place.width), inWhole)
  })
}

/** The small image out of the whole one: the transpose of `padded`. */
export function cropped(whole: Float32Array, place: Placement): Float32Array {
  const small = new Float32Array(place.channels * place.height * place.width)
  forEachRow(place, (inSmall, inWhole) => {
    small.set(whole.subarray(inWhole, inWhole + place.width), inSmall)
  })
  return small
}

/** Where each row of the small image begins, in it and in the whole one. */
function forEachRow(
  { channels, rows, columns, height, width, corner: [top, left] }: Placement,
  work: (inSmall: number, inWhole: number) => void,
): void {
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < height; row++)
      work((channel * height + row) * width, (channel * rows + top + row) * columns + left)
}
