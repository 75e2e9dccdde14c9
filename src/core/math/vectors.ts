import { moduleBytes } from './pixel-kernels.ts'

/** What is used of the engine's WebAssembly, which Node.js and browsers have alike. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** The functions of wasm/pixels.ts; addresses in bytes, counts of values. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  advance(x: number, step: number, lower: number, upper: number, count: number): void
  toScaledSign(values: number, scale: number, count: number): void
  sumInto(sum: number, a: number, b: number, count: number): void
  isWithin(values: number, count: number): number
  addStatistics(x: number, image: number, direction: number, signs: number, count: number, sums: number): void
  combineFloat32(...of: CombineArguments): void
  combineFloat64(...of: CombineArguments): void
  smoothDown(line: number, columns: number, half: number, above: number, below: number, radius: number): void
  smoothAcross(out: number, columns: number, line: number, half: number, radius: number): void
  similarityMoments(
    ...of: readonly [out: number, lineBytes: number, a: number, b: number, offset: number, columns: number]
  ): void
  windowDown(out: number, columns: number, lines: number, half: number): void
  similaritySum(
    ...of: readonly [
      combined: number,
      lineBytes: number,
      windows: number,
      half: number,
      offset: number,
      c1: number,
      c2: number,
    ]
  ): number
}

type CombineArguments = readonly [
  out: number,
  columns: number,
  ring: number,
  lineBytes: number,
  lines: number,
  first: number,
  weights: number,
  taps: number,
]

/** The kernels, and their memory as numbers of each kind. */
interface Vectors {
  readonly kernels: Kernels
  readonly bytes: Int8Array
  readonly int32: Int32Array
  readonly float32: Float32Array
  readonly float64: Float64Array
}

const pageBytes = 65536
let vectors: Vectors | undefined

/**
 * Vector instructions with a memory of `bytes` at least; one a thread, compiled when first asked for. What a
 * pass puts there is gone when the next one begins.
 */
export function vectorsWith(bytes: number): Vectors {
  vectors ??= seen(new WebAssembly.Instance(new WebAssembly.Module(moduleBytes)).exports as Kernels)
  const missing = bytes - vectors.bytes.length
  if (missing > 0) {
    vectors.kernels.memory.grow(Math.ceil(missing / pageBytes))
    vectors = seen(vectors.kernels)
  }
  return vectors
}

function seen(kernels: Kernels): Vectors {
  const { buffer } = kernels.memory
  return {
    kernels,
    bytes: new Int8Array(buffer),
    int32: new Int32Array(buffer),
    float32: new Float32Array(buffer),
    float64: new Float64Array(buffer),
  }
}

/** Addresses one after the other, each at a multiple of 64. */
export class Layout {
  /** How many bytes are given away. */
  end = 0

  take(bytes: number): number {
    const at = this.end
    this.end = Math.ceil((at + bytes) / 64) * 64
    return at
  }
}

/** Values of a tile: small enough for the processor's second cache, large enough that few views are made. */
export const tileSize = 16384

/** Bytes of a tile of float32 values. */
export const tileBytes = 4 * tileSize
