import type { OnnxModel } from '../onnx/graph.ts'

/** Typed arrays that cross the runtime's border; float16 and strings are never fed nor fetched. */
export type RuntimeData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | Int8Array

export type RuntimeDataType = 'float32' | 'float64' | 'int64' | 'int32' | 'uint8' | 'int8' | 'bool'

export interface RuntimeTensor {
  readonly dataType: RuntimeDataType
  readonly shape: readonly number[]
  readonly data: RuntimeData
}

export type RuntimeFeeds = Readonly<Record<string, RuntimeTensor>>

/** One ONNX graph, ready to run. */
export interface RuntimeSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Throws `runtime-failed`. Without `fetches`, all outputs. */
  run(feeds: RuntimeFeeds, fetches?: readonly string[]): Promise<RuntimeFeeds>
  dispose(): Promise<void>
}

export interface SessionOptions {
  /** Extents for named free dimensions, e.g. { batch: 8 }. */
  readonly freeDimensions?: Readonly<Record<string, number>>
  /** Contents of external data files, by the location that the model names. */
  readonly externalData?: Readonly<Record<string, Uint8Array>>
}

/** Where graphs are executed: one device of one machine. */
export interface Runtime {
  /** Execution provider, e.g. 'cpu', 'webgpu', 'dml', 'cuda', 'coreml'. */
  readonly device: string
  /** A session over an ONNX ModelProto. Throws `model-unreadable` or `runtime-failed`. */
  createSession(model: Uint8Array, options?: SessionOptions): Promise<RuntimeSession>
  /**
   * The same model with constants folded and free dimensions fixed ("basic" graph optimisation). Constants of
   * `options.externalData` that stay as they were are shared with it, not copied.
   */
  simplify(model: Uint8Array, options?: SessionOptions): Promise<OnnxModel>
}
