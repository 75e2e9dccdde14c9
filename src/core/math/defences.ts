import { lineTransform } from './dct-lines.ts'

/** Rows and columns of a plane. */
export interface PlaneSize {
  readonly rows: number
  readonly columns: number
}

/** Index of … 1 0 0 1 2 … n−1 n−1 n−2 …: the border is mirrored with its edge, as SciPy's `reflect`. */
function mirroredWithEdge(position: number, extent: number): number {
  const phase = ((position % (2 * extent)) + 2 * extent) % (2 * extent)
  return phase < extent ? phase : 2 * extent - 1 - phase
}

/**
 * For each pixel of a plane the index of the pixel whose value is the median of its window of size x size,
 * the upper one of an even count; the window of an even size reaches further up and left, as SciPy's does.
 */
export function medianIndices(
  plane: Float32Array,
  { rows, columns }: PlaneSize,
  size: number,
  out: Int32Array,
): void {
  const before = Math.floor(size / 2)
  const window = new Int32Array(size * size)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let count = 0
      for (let i = 0; i < size; i++) {
        const start = mirroredWithEdge(row - before + i, rows) * columns
        for (let j = 0; j < size; j++) {
          const at = start + mirroredWithEdge(column - before + j, columns)
          // Insertion keeps the window sorted; windows are small.
          let place = count++
          while (place > 0 && plane[window[place - 1]] > plane[at]) {
            window[place] = window[place - 1]
            place--
          }
          window[place] = at
        }
      }
      out[row * columns + column] = window[count >> 1]
    }
}

/** Values of [0, 1] at the nearest of `levels` equal steps, both ends among them. */
export function toLevels(values: Float32Array, levels: number, out: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] < 0 ? 0 : values[i] > 1 ? 1 : values[i]
    out[i] = Math.round(value * (levels - 1)) / (levels - 1)
  }
}

export interface TotalVariation extends PlaneSize {
  readonly weight: number
  readonly iterations: number
}

/**
 * Nearly the minimum over u of TV(u) + ‖u − f‖² / (2·weight), in the place of a plane f: Chambolle 2004 (J.
 * Math. Imaging Vis. 20, 89–97), equation 9 with τ = 1/4; isotropic, forward differences.
 */
export function denoise(f: Float32Array, { rows, columns, weight, iterations }: TotalVariation): void {
  const down = new Float32Array(f.length)
  const right = new Float32Array(f.length)
  const u = new Float32Array(f.length)
  const divergence = () => {
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++) {
        let sum = down[at] + right[at]
        if (row > 0) sum -= down[at - columns]
        if (column > 0) sum -= right[at - 1]
        u[at] = f[at] / weight - sum
      }
  }
  for (let iteration = 0; iteration < iterations; iteration++) {
    divergence()
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++) {
        const dRow = row + 1 < rows ? u[at + columns] - u[at] : 0
        const dColumn = column + 1 < columns ? u[at + 1] - u[at] : 0
        const scale = 1 / (1 + 0.25 * Math.sqrt(dRow * dRow + dColumn * dColumn))
        down[at] = (down[at] - 0.25 * dRow) * scale
        right[at] = (right[at] - 0.25 * dColumn) * scale
      }
  }
  divergence()
  for (let at = 0; at < f.length; at++) f[at] = weight * u[at]
}

/** Annex K.1 of ITU-T T.81: luminance, then chrominance, row by row. */
const annexK = [
  '16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99',
  '17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99',
].map((text) => text.split(' ').map(Number))

/** A quality's table, scaled as the Independent JPEG Group's library does it. */
export function jpegTable(quality: number, isChroma: boolean): Float32Array {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  const scaled = (step: number) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100)))
  return Float32Array.from(annexK[isChroma ? 1 : 0], scaled)
}

/**
 * What a JPEG of a plane of levels 0 to 255 leaves of it, in its place and not rounded: cosine transform of 8
 * x 8 pixels, quantisation and back (ITU-T T.81, A.3). Edges are repeated up to whole blocks.
 */
export function throughJpeg(plane: Float32Array, { rows, columns }: PlaneSize, table: Float32Array): void {
  const { forward, inverse } = lineTransform(8)
  const block = new Float32Array(64)
  const both = (line: typeof forward) => {
    for (let i = 0; i < 8; i++) line(block, 8 * i, 1)
    for (let i = 0; i < 8; i++) line(block, i, 8)
  }
  for (let top = 0; top < rows; top += 8)
    for (let left = 0; left < columns; left += 8) {
      for (let i = 0; i < 64; i++) {
        const row = Math.min(top + (i >> 3), rows - 1)
        block[i] = plane[row * columns + Math.min(left + (i & 7), columns - 1)] - 128
      }
      both(forward)
      for (let i = 0; i < 64; i++) block[i] = Math.round(block[i] / table[i]) * table[i]
      both(inverse)
      for (let i = 0; i < 64; i++) {
        const [row, column] = [top + (i >> 3), left + (i & 7)]
        if (row < rows && column < columns) plane[row * columns + column] = block[i] + 128
      }
    }
}

/** Values of [0, 1] as whole levels 0 to 255, and back; clipped. */
export function toBytes(values: Float32Array): void {
  for (let i = 0; i < values.length; i++)
    values[i] = Math.round(255 * (values[i] < 0 ? 0 : values[i] > 1 ? 1 : values[i]))
}

export function fromBytes(levels: Float32Array): void {
  for (let i = 0; i < levels.length; i++) {
    const level = Math.round(levels[i])
    levels[i] = (level < 0 ? 0 : level > 255 ? 255 : level) / 255
  }
}

/** Planes of RGB, 0 to 255, to Y, Cb and Cr in their place (JFIF 1.02), whole levels. */
export function toYcc(r: Float32Array, g: Float32Array, b: Float32Array): void {
  for (let i = 0; i < r.length; i++) {
    const [red, green, blue] = [r[i], g[i], b[i]]
    r[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
    g[i] = Math.round(-0.168736 * red - 0.331264 * green + 0.5 * blue + 128)
    b[i] = Math.round(0.5 * red - 0.418688 * green - 0.081312 * blue + 128)
  }
}

export function fromYcc(y: Float32Array, cb: Float32Array, cr: Float32Array): void {
  for (let i = 0; i < y.length; i++) {
    const [luma, blue, red] = [Math.round(y[i]), Math.round(cb[i]) - 128, Math.round(cr[i]) - 128]
    y[i] = luma + 1.402 * red
    cb[i] = luma - 0.344136 * blue - 0.714136 * red
    cr[i] = luma + 1.772 * blue
  }
}

/** A number of 32 bits that depends on every bit of the values (FNV-1a over their words, then mixed). */
export function fingerprint(values: Float32Array, seed: number): number {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length)
  let hash = seed ^ 0x811c9dc5
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** out[i] = values[indices[i]] */
export function gather(out: Float32Array, values: Float32Array, indices: Int32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = values[indices[i]]
}

/** sum[indices[i]] += values[i] */
export function scatter(sum: Float32Array, values: Float32Array, indices: Int32Array): void {
  for (let i = 0; i < values.length; i++) sum[indices[i]] += values[i]
}
