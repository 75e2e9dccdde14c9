import type { PlaneSize } from './defences.ts'

/** Complex numbers, real and imaginary parts apart. */
export interface Complex {
  readonly re: Float64Array
  readonly im: Float64Array
}

export function complex(length: number): Complex {
  return { re: new Float64Array(length), im: new Float64Array(length) }
}

/**
 * The discrete Fourier transform X_k = Σ_j x_j e^{−2πi·jk/n} of any length n, by its prime factors (Cooley and
 * Tukey 1965). The inverse has the other sign and is divided by n.
 */
export function fourier(x: Complex, inverse = false): Complex {
  const n = x.re.length
  const sign = inverse ? 1 : -1
  const turns = complex(n)
  for (let i = 0; i < n; i++) {
    turns.re[i] = Math.cos((2 * Math.PI * i) / n)
    turns.im[i] = sign * Math.sin((2 * Math.PI * i) / n)
  }
  const found = transformed(x, 0, 1, n, turns)
  if (inverse)
    for (let i = 0; i < n; i++) {
      found.re[i] /= n
      found.im[i] /= n
    }
  return found
}

/** The transform of x at `first`, `first + stride` …, n of them; `turns` are the roots of unity of the whole. */
function transformed(x: Complex, first: number, stride: number, n: number, turns: Complex): Complex {
  const found = complex(n)
  if (n === 1) {
    found.re[0] = x.re[first]
    found.im[0] = x.im[first]
    return found
  }
  const parts = smallestFactor(n)
  const length = n / parts
  const all = turns.re.length
  for (let part = 0; part < parts; part++) {
    const { re, im } = transformed(x, first + part * stride, stride * parts, length, turns)
    for (let k = 0; k < n; k++) {
      const turn = (part * k * stride) % all
      const [cos, sin] = [turns.re[turn], turns.im[turn]]
      found.re[k] += re[k % length] * cos - im[k % length] * sin
      found.im[k] += re[k % length] * sin + im[k % length] * cos
    }
  }
  return found
}

function smallestFactor(n: number): number {
  for (let factor = 2; factor * factor <= n; factor++) if (n % factor === 0) return factor
  return n
}

/**
 * The transform of every column of a plane, [rows · columns]: k-space along the direction of phase encoding,
 * and still pixels along that of reading out, which is all that changes of whole lines need.
 */
export function toLines(plane: Float32Array, size: PlaneSize): Complex {
  const lines = complex(plane.length)
  lines.re.set(plane)
  transformColumns(lines, size, false)
  return lines
}

/** Magnitudes of the image that the lines are of; in their place. */
export function magnitudeOfLines(lines: Complex, size: PlaneSize): Float32Array {
  transformColumns(lines, size, true)
  const { re, im } = lines
  const magnitudes = new Float32Array(re.length)
  for (let i = 0; i < re.length; i++) magnitudes[i] = Math.hypot(re[i], im[i])
  return magnitudes
}

function transformColumns(lines: Complex, { rows, columns }: PlaneSize, inverse: boolean): void {
  const column = complex(rows)
  for (let at = 0; at < columns; at++) {
    for (let row = 0; row < rows; row++) {
      column.re[row] = lines.re[row * columns + at]
      column.im[row] = lines.im[row * columns + at]
    }
    const { re, im } = fourier(column, inverse)
    for (let row = 0; row < rows; row++) {
      lines.re[row * columns + at] = re[row]
      lines.im[row * columns + at] = im[row]
    }
  }
}

/** Multiplies each line by its factor. */
export function scaleLines({ re, im }: Complex, factors: Float64Array, columns: number): void {
  for (let i = 0; i < re.length; i++) {
    const factor = factors[Math.floor(i / columns)]
    re[i] *= factor
    im[i] *= factor
  }
}

/** Takes those lines of `from` that `wanted` is 1 for. */
export function takeLines(into: Complex, from: Complex, wanted: Uint8Array, columns: number): void {
  for (let i = 0; i < into.re.length; i++)
    if (wanted[Math.floor(i / columns)] === 1) {
      into.re[i] = from.re[i]
      into.im[i] = from.im[i]
    }
}
