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
  const bases = new Map<number, Float64Array>()
  const basisOf = (size: number) => {
    const basis = bases.get(size) ?? dctBasis(size)
    bases.set(size, basis)
    return basis
  }
  const transform = (x: Float32Array, isForward: boolean): Float32Array => {
    const out = new Float32Array(x.length)
    for (let channel = 0; channel < channels; channel++)
      for (let top = 0; top < rows; top += block)
        for (let left = 0; left < columns; left += block) {
          const [height, width] = [Math.min(block, rows - top), Math.min(block, columns - left)]
          const place = { start: (channel * rows + top) * columns + left, stride: columns, height, width }
          transformBlock(x, out, { ...place, down: basisOf(height), across: basisOf(width), isForward })
        }
    return out
  }
  return { forward: (x) => transform(x, true), inverse: (coefficients) => transform(coefficients, false) }
}

/** Row k is √(2/n)·cos(π·(2i + 1)·k / 2n), the first divided by √2; [n, n]. */
function dctBasis(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [k, i] = [Math.floor(at / size), at % size]
    return Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * (2 * i + 1) * k) / (2 * size))
  })
}

interface Block {
  readonly start: number
  readonly stride: number
  readonly height: number
  readonly width: number
  /** Bases of the columns and of the rows. */
  readonly down: Float64Array
  readonly across: Float64Array
  readonly isForward: boolean
}

/** B·X·Bᵀ, or Bᵀ·X·B. */
function transformBlock(
  x: Float32Array,
  out: Float32Array,
  { start, stride, height, width, down, across, isForward }: Block,
): void {
  const half = new Float64Array(height * width)
  for (let row = 0; row < height; row++)
    for (let k = 0; k < width; k++) {
      let sum = 0
      for (let i = 0; i < width; i++)
        sum += (x[start + row * stride + i] ?? 0) * (across[isForward ? k * width + i : i * width + k] ?? 0)
      half[row * width + k] = sum
    }
  for (let k = 0; k < height; k++)
    for (let column = 0; column < width; column++) {
      let sum = 0
      for (let i = 0; i < height; i++)
        sum += (half[i * width + column] ?? 0) * (down[isForward ? k * height + i : i * height + k] ?? 0)
      out[start + k * stride + column] = sum
    }
}
