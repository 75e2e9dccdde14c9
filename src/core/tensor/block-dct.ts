/** An orthonormal transform of images [C·H·W] by blocks, each coefficient where its block's pixel was; the inverse is the transpose. */
export interface BlockTransform {
  readonly forward: (x: Float32Array) => Float32Array
  readonly inverse: (coefficients: Float32Array) => Float32Array
}

/** [channels, rows, columns] */
export type ImageExtents = readonly [channels: number, rows: number, columns: number]

/**
 * The two-dimensional DCT-II of `block` x `block` pixels, as in JPEG (ITU-T T.81, A.3.3), orthonormal. Blocks at the right and lower
 * edge are as large as what is left.
 */
export function blockDct([channels, rows, columns]: ImageExtents, block = 8): BlockTransform {
  const bases = new Map<number, Basis>()
  const basisOf = (size: number) => {
    const basis = bases.get(size) ?? dctBasis(size)
    bases.set(size, basis)
    return basis
  }
  const half = new Float64Array(Math.min(block, rows) * Math.min(block, columns))
  const transform = (x: Float32Array, direction: keyof Basis): Float32Array => {
    const out = new Float32Array(x.length)
    for (let channel = 0; channel < channels; channel++)
      for (let top = 0; top < rows; top += block)
        for (let left = 0; left < columns; left += block) {
          const [height, width] = [Math.min(block, rows - top), Math.min(block, columns - left)]
          const [down, across] = [basisOf(height)[direction], basisOf(width)[direction]]
          const start = (channel * rows + top) * columns + left
          transformBlock(x, out, { start, stride: columns, height, width, down, across, half })
        }
    return out
  }
  return { forward: (x) => transform(x, 'forward'), inverse: (coefficients) => transform(coefficients, 'inverse') }
}

/** B, [n, n], and its transpose. */
interface Basis {
  readonly forward: Float64Array
  readonly inverse: Float64Array
}

/** Row k of B is √(2/n)·cos(π·(2i + 1)·k / 2n), the first divided by √2. */
function dctBasis(size: number): Basis {
  const entry = (k: number, i: number) => Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * (2 * i + 1) * k) / (2 * size))
  const places = Array.from({ length: size * size }, (_, at): [number, number] => [Math.floor(at / size), at % size])
  return {
    forward: Float64Array.from(places, ([row, column]) => entry(row, column)),
    inverse: Float64Array.from(places, ([row, column]) => entry(column, row)),
  }
}

interface Block {
  readonly start: number
  readonly stride: number
  readonly height: number
  readonly width: number
  /** Of the columns and of the rows. */
  readonly down: Float64Array
  readonly across: Float64Array
  /** Room for X·acrossᵀ. */
  readonly half: Float64Array
}

/** down·X·acrossᵀ */
function transformBlock(x: Float32Array, out: Float32Array, { start, stride, height, width, down, across, half }: Block): void {
  for (let row = 0; row < height; row++)
    for (let k = 0; k < width; k++) {
      let sum = 0
      for (let i = 0; i < width; i++) sum += (x[start + row * stride + i] ?? 0) * (across[k * width + i] ?? 0)
      half[row * width + k] = sum
    }
  for (let k = 0; k < height; k++)
    for (let column = 0; column < width; column++) {
      let sum = 0
      for (let i = 0; i < height; i++) sum += (half[i * width + column] ?? 0) * (down[k * height + i] ?? 0)
      out[start + k * stride + column] = sum
    }
}
