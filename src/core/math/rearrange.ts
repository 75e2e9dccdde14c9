/** Where each pixel of planes goes. */
export interface Rearrangement {
  readonly channels: number
  /** A permutation: index of the place for each pixel. */
  readonly places: Int32Array
}

/** Planes [C·pixels] with each pixel put to its place, or taken back from there. */
export function rearrange(
  x: Float32Array,
  { channels, places }: Rearrangement,
  direction: 'to' | 'from',
): Float32Array {
  const y = new Float32Array(x.length)
  for (let channel = 0; channel < channels; channel++) {
    const first = channel * places.length
    for (let pixel = 0; pixel < places.length; pixel++)
      if (direction === 'to') y[first + places[pixel]] = x[first + pixel]
      else y[first + pixel] = x[first + places[pixel]]
  }
  return y
}
