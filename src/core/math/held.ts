/** Which of an array's values belong together: those of a channel, or of a channel's slices. */
export interface Groups {
  readonly count: number
  /** Values of a channel. */
  readonly channel: number
  /** Slices of a channel; value i is of slice ⌊i / inner⌋ mod slices. */
  readonly slices: number
  readonly inner: number
}

/** The least and the largest value of each group, and where they are first found. */
export interface Extremes {
  readonly least: Float32Array
  readonly most: Float32Array
  readonly leastAt: Int32Array
  readonly mostAt: Int32Array
}

function groupOf({ channel, slices, inner }: Groups, i: number): number {
  return Math.floor(i / channel) * slices + (Math.floor(i / inner) % slices)
}

/** The extremes of each group of values. */
export function extremesOf(values: Float32Array, groups: Groups): Extremes {
  const { count } = groups
  const least = new Float32Array(count).fill(Infinity)
  const most = new Float32Array(count).fill(-Infinity)
  const [leastAt, mostAt] = [new Int32Array(count), new Int32Array(count)]
  for (let i = 0; i < values.length; i++) {
    const group = groupOf(groups, i)
    if (values[i] < least[group]) {
      least[group] = values[i]
      leastAt[group] = i
    }
    if (values[i] > most[group]) {
      most[group] = values[i]
      mostAt[group] = i
    }
  }
  return { least, most, leastAt, mostAt }
}

/** Values held within the extremes of their groups. */
export function heldWithin(values: Float32Array, groups: Groups, { least, most }: Extremes): Float32Array {
  const held = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const group = groupOf(groups, i)
    held[i] = Math.min(Math.max(values[i], least[group]), most[group])
  }
  return held
}

/** Cotangents of `heldWithin`: what passes, and for each group the sums of what its extremes take. */
export function passHeld(
  cotangents: Float32Array,
  values: Float32Array,
  groups: Groups,
  { least: lower, most: upper }: Extremes,
): { passed: Float32Array; least: Float64Array; most: Float64Array } {
  const passed = new Float32Array(values.length)
  const [least, most] = [new Float64Array(groups.count), new Float64Array(groups.count)]
  for (let i = 0; i < values.length; i++) {
    const group = groupOf(groups, i)
    if (values[i] < lower[group]) least[group] = least[group] + cotangents[i]
    else if (values[i] > upper[group]) most[group] = most[group] + cotangents[i]
    else passed[i] = cotangents[i]
  }
  return { passed, least, most }
}
