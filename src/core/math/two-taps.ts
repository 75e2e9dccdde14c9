/** Two inputs of every output of an axis, with their weights in 2048ths. */
export interface TwoTaps {
  readonly inputs: number
  readonly outputs: number
  readonly first: Int32Array
  readonly second: Int32Array
  /** The weight of `first`. */
  readonly near: Float64Array
  /** The weight of `second`. */
  readonly far: Float64Array
}

/** Rows of levels blended along their columns: levels in 2048ths, exact. */
export function blendedColumns(values: Float64Array, taps: TwoTaps): Float64Array {
  const { inputs, outputs, first, second, near, far } = taps
  const lines = values.length / inputs
  const out = new Float64Array(lines * outputs)
  for (let line = 0; line < lines; line++) {
    const start = line * inputs
    for (let i = 0; i < outputs; i++)
      out[line * outputs + i] = near[i] * values[start + first[i]] + far[i] * values[start + second[i]]
  }
  return out
}

/**
 * What `blendedColumns` gave, blended along its rows of `width`: levels. As OpenCV's instructions do it, four
 * bits are cut off each value and sixteen off each product, and two are rounded at the end.
 */
export function blendedRows(values: Float64Array, taps: TwoTaps, width: number): Float64Array {
  const { inputs, outputs, first, second, near, far } = taps
  const planes = values.length / (inputs * width)
  const out = new Float64Array(planes * outputs * width)
  for (let plane = 0; plane < planes; plane++)
    for (let row = 0; row < outputs; row++) {
      const above = (plane * inputs + first[row]) * width
      const below = (plane * inputs + second[row]) * width
      const target = (plane * outputs + row) * width
      for (let i = 0; i < width; i++) {
        const upper = (near[row] * (values[above + i] >> 4)) >> 16
        const lower = (far[row] * (values[below + i] >> 4)) >> 16
        out[target + i] = (upper + lower + 2) >> 2
      }
    }
  return out
}
