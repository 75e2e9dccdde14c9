/** Values of an image, in single or double precision. */
export type Values = Float32Array | Float64Array

export interface Moments {
  readonly count: number
  readonly mean: number
  /** The deviation of `count` − ddof degrees of freedom; 0 where there are none. */
  readonly deviation: number
}

/** Mean and standard deviation of the values that `mask` (0 or 1) selects, in double precision. */
export function momentsOf(values: Values, mask: Uint8Array, ddof: number): Moments {
  let [count, total, squares] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    count += mask[i]
    total += mask[i] * values[i]
  }
  const mean = count === 0 ? 0 : total / count
  for (let i = 0; i < values.length; i++) squares += mask[i] * (values[i] - mean) ** 2
  return { count, mean, deviation: count > ddof ? Math.sqrt(squares / (count - ddof)) : 0 }
}

/** The values that `mask` selects, in order; a copy. */
export function selected(values: Values, mask: Uint8Array): Values {
  const taken = values.slice()
  let count = 0
  for (let i = 0; i < values.length; i++) {
    taken[count] = values[i]
    count += mask[i]
  }
  return taken.subarray(0, count)
}

/** The value of this rank, from 0, of `values`, which it reorders (Hoare's FIND, 1961). */
export function orderStatistic(values: Values, rank: number): number {
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const pivot = values[(low + high) >>> 1]
    let [left, right] = [low, high]
    while (left <= right) {
      while (values[left] < pivot) left++
      while (values[right] > pivot) right--
      if (left <= right) {
        const value = values[left]
        values[left++] = values[right]
        values[right--] = value
      }
    }
    if (rank <= right) high = right
    else if (rank >= left) low = left
    else return values[rank]
  }
  return values[rank]
}

/** The first of the places that `mask` selects where `values` has this value; −1 where none has. */
export function placeOf(values: Values, mask: Uint8Array, value: number): number {
  for (let i = 0; i < values.length; i++) if (mask[i] === 1 && values[i] === value) return i
  return -1
}

/** 1 where `from` ≤ value ≤ `to`, 0 elsewhere. */
export function maskWithin(values: Values, from: number, to: number): Uint8Array {
  const mask = new Uint8Array(values.length)
  for (let i = 0; i < mask.length; i++) mask[i] = Number(values[i] >= from && values[i] <= to)
  return mask
}

/** 1 where value > `threshold`, 0 elsewhere. */
export function maskAbove(values: Values, threshold: number): Uint8Array {
  const mask = new Uint8Array(values.length)
  for (let i = 0; i < mask.length; i++) mask[i] = Number(values[i] > threshold)
  return mask
}

/** 1 where a value is not 0, 0 elsewhere. */
export function maskNonZero(values: Values): Uint8Array {
  const mask = new Uint8Array(values.length)
  for (let i = 0; i < mask.length; i++) mask[i] = Number(values[i] !== 0)
  return mask
}

/** How values lie. */
export interface Grid {
  /** 1 where planes have nothing to do with each other. */
  readonly slices: number
  readonly rows: number
  readonly columns: number
}

/**
 * The mask with its holes: zeros from which no way over zeros leads to the edge of the grid, from pixel to
 * pixel by their sides (and, of several slices, from slice to slice).
 */
export function filledHoles(mask: Uint8Array, { slices, rows, columns }: Grid): Uint8Array {
  const filled = new Uint8Array(mask.length).fill(1)
  const stack = new Int32Array(mask.length)
  const plane = rows * columns
  let top = 0
  const visit = (at: number) => {
    if (mask[at] !== 0 || filled[at] === 0) return
    filled[at] = 0
    stack[top++] = at
  }
  for (let at = 0; at < mask.length; at++) {
    const [slice, row, column] = [Math.floor(at / plane), Math.floor(at / columns) % rows, at % columns]
    const isEdge = row === 0 || row === rows - 1 || column === 0 || column === columns - 1
    if (isEdge || (slices > 1 && (slice === 0 || slice === slices - 1))) visit(at)
  }
  while (top > 0) {
    const at = stack[--top]
    const [row, column] = [Math.floor(at / columns) % rows, at % columns]
    if (column > 0) visit(at - 1)
    if (column < columns - 1) visit(at + 1)
    if (row > 0) visit(at - columns)
    if (row < rows - 1) visit(at + columns)
    if (slices === 1) continue
    if (at >= plane) visit(at - plane)
    if (at < mask.length - plane) visit(at + plane)
  }
  return filled
}

/** y = (x − shift) · factor + offset. */
export interface Affine {
  readonly shift: number
  readonly factor: number
  readonly offset: number
}

/** y where `touched`, x elsewhere; a copy. */
export function affineWhere(values: Values, touched: Uint8Array, { shift, factor, offset }: Affine): Values {
  const out = values.slice()
  for (let i = 0; i < out.length; i++) if (touched[i] === 1) out[i] = (values[i] - shift) * factor + offset
  return out
}

/** Cotangents times `factor` where `touched`, as they are elsewhere; a copy. */
export function scaleWhere(cotangents: Values, touched: Uint8Array, factor: number): Values {
  const out = cotangents.slice()
  for (let i = 0; i < out.length; i++) if (touched[i] === 1) out[i] = cotangents[i] * factor
  return out
}

/** Σ c and Σ c · (x − shift) over what is `touched`, in double precision. */
export function cotangentSums(
  cotangents: Values,
  values: Values,
  touched: Uint8Array,
  shift: number,
): { readonly plain: number; readonly weighted: number } {
  let [plain, weighted] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    plain += touched[i] * cotangents[i]
    weighted += touched[i] * cotangents[i] * (values[i] - shift)
  }
  return { plain, weighted }
}

/** sum += constant + slope · (x − shift) where `mask` selects. */
export function addLineWhere(
  sum: Values,
  values: Values,
  mask: Uint8Array,
  { shift, slope, constant }: { readonly shift: number; readonly slope: number; readonly constant: number },
): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i] + mask[i] * (constant + slope * (values[i] - shift))
}

/** Values held within [lower, upper] where `touched`; a copy. */
export function clipWhere(
  values: Values,
  touched: Uint8Array,
  [lower, upper]: readonly [number, number],
): Values {
  const out = values.slice()
  for (let i = 0; i < out.length; i++)
    if (touched[i] === 1) out[i] = Math.min(Math.max(values[i], lower), upper)
  return out
}

/** Cotangents of `clipWhere`: what passes, and the sums of what belongs to either end. */
export function clipCotangents(
  cotangents: Values,
  values: Values,
  touched: Uint8Array,
  [lower, upper]: readonly [number, number],
): { readonly passed: Values; readonly below: number; readonly above: number } {
  const passed = cotangents.slice()
  let [below, above] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const isBelow = touched[i] * Number(values[i] < lower)
    const isAbove = touched[i] * Number(values[i] > upper)
    below += isBelow * cotangents[i]
    above += isAbove * cotangents[i]
    passed[i] = (1 - isBelow - isAbove) * cotangents[i]
  }
  return { passed, below, above }
}
