/** Transform of the values at start, start + stride, …, in place. */
type Line = (x: Float32Array, start: number, stride: number) => void

/** The orthonormal DCT-II of one line, and its transpose, which is its inverse. */
export interface LineTransform {
  readonly forward: Line
  readonly inverse: Line
}

/** Row k of B is √(2/n)·cos(π·(2i + 1)·k / 2n), the first divided by √2: X = B·x. */
export function lineTransform(length: number): LineTransform {
  return length === 8 ? ofEight : ofAnyLength(length)
}

function ofAnyLength(length: number): LineTransform {
  const entry = (k: number, i: number) =>
    Math.sqrt((k === 0 ? 1 : 2) / length) * Math.cos((Math.PI * (2 * i + 1) * k) / (2 * length))
  const basis = Float64Array.from({ length: length ** 2 }, (_, at) =>
    entry(Math.floor(at / length), at % length),
  )
  const transposed = basis.map((_, at) => basis[(at % length) * length + Math.floor(at / length)])
  return { forward: byMatrix(basis, length), inverse: byMatrix(transposed, length) }
}

function byMatrix(matrix: Float64Array, length: number): Line {
  const values = new Float64Array(length)
  return (x, start, stride) => {
    for (let i = 0; i < length; i++) values[i] = x[start + i * stride]
    for (let k = 0; k < length; k++) {
      let sum = 0
      for (let i = 0; i < length; i++) sum += values[i] * matrix[k * length + i]
      x[start + k * stride] = sum
    }
  }
}

/** cos(kπ/16) / 2: every entry of B for 8 values is one of them, or its negative. */
const cosine = (k: number) => Math.cos((k * Math.PI) / 16) / 2
const [c1, c2, c3, c4, c5, c6, c7] = [
  cosine(1),
  cosine(2),
  cosine(3),
  cosine(4),
  cosine(5),
  cosine(6),
  cosine(7),
]

/**
 * The lines of the usual blocks, several times as fast as by their matrix: everything stays in registers, and
 * even coefficients see only what is symmetric in a line, odd ones only what is not.
 */
const ofEight: LineTransform = {
  forward: (x, start, stride) => {
    const x0 = x[start]
    const x1 = x[start + stride]
    const x2 = x[start + 2 * stride]
    const x3 = x[start + 3 * stride]
    const x4 = x[start + 4 * stride]
    const x5 = x[start + 5 * stride]
    const x6 = x[start + 6 * stride]
    const x7 = x[start + 7 * stride]
    const outer = x0 + x7 + x3 + x4
    const inner = x1 + x6 + x2 + x5
    const ends = x0 + x7 - x3 - x4
    const middle = x1 + x6 - x2 - x5
    const odd0 = x0 - x7
    const odd1 = x1 - x6
    const odd2 = x2 - x5
    const odd3 = x3 - x4
    x[start] = c4 * (outer + inner)
    x[start + stride] = c1 * odd0 + c3 * odd1 + c5 * odd2 + c7 * odd3
    x[start + 2 * stride] = c2 * ends + c6 * middle
    x[start + 3 * stride] = c3 * odd0 - c7 * odd1 - c1 * odd2 - c5 * odd3
    x[start + 4 * stride] = c4 * (outer - inner)
    x[start + 5 * stride] = c5 * odd0 - c1 * odd1 + c7 * odd2 + c3 * odd3
    x[start + 6 * stride] = c6 * ends - c2 * middle
    x[start + 7 * stride] = c7 * odd0 - c5 * odd1 + c3 * odd2 - c1 * odd3
  },
  inverse: (x, start, stride) => {
    const k0 = x[start]
    const k1 = x[start + stride]
    const k2 = x[start + 2 * stride]
    const k3 = x[start + 3 * stride]
    const k4 = x[start + 4 * stride]
    const k5 = x[start + 5 * stride]
    const k6 = x[start + 6 * stride]
    const k7 = x[start + 7 * stride]
    const even0 = c4 * (k0 + k4) + c2 * k2 + c6 * k6
    const even1 = c4 * (k0 - k4) + c6 * k2 - c2 * k6
    const even2 = c4 * (k0 - k4) - c6 * k2 + c2 * k6
    const even3 = c4 * (k0 + k4) - c2 * k2 - c6 * k6
    const odd0 = c1 * k1 + c3 * k3 + c5 * k5 + c7 * k7
    const odd1 = c3 * k1 - c7 * k3 - c1 * k5 - c5 * k7
    const odd2 = c5 * k1 - c1 * k3 + c7 * k5 + c3 * k7
    const odd3 = c7 * k1 - c5 * k3 + c3 * k5 - c1 * k7
    x[start] = even0 + odd0
    x[start + stride] = even1 + odd1
    x[start + 2 * stride] = even2 + odd2
    x[start + 3 * stride] = even3 + odd3
    x[start + 4 * stride] = even3 - odd3
    x[start + 5 * stride] = even2 - odd2
    x[start + 6 * stride] = even1 - odd1
    x[start + 7 * stride] = even0 - odd0
  },
}
