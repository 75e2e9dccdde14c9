/** Element types that TensorFlow.js computes with, as far as models of images use them. */
export type TracedType = 'float32' | 'int32' | 'bool'

export type TracedData = Float32Array | Int32Array | Uint8Array

/**
 * A value of a model that is being traced. `shape` is TensorFlow's, channels last, the batch being the
 * trace's own number for it. Known data (weights, shapes, and what is computed of these alone) becomes an
 * initializer only where a node takes it.
 */
export interface Traced {
  readonly shape: readonly number[]
  readonly dtype: TracedType
  readonly at: Known | Placed
}

export interface Known {
  readonly kind: 'known'
  readonly data: TracedData
}

/**
 * A value of the ONNX graph. `channels-first`: its axes there are [N, C, ...spatial], C being the last of
 * `shape`.
 */
export interface Placed {
  readonly kind: 'placed'
  readonly name: string
  readonly layout: 'as-is' | 'channels-first'
}

export function isKnown(value: Traced): value is Traced & { readonly at: Known } {
  return value.at.kind === 'known'
}

export function isChannelsFirst({ at }: Traced): boolean {
  return at.kind === 'placed' && at.layout === 'channels-first'
}

/** Where TensorFlow's axes are in channels-first order: [0, n−1, 1, …, n−2]. */
export function channelsFirstOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis === 0 ? 0 : axis === 1 ? rank - 1 : axis - 1))
}

/** The inverse: [0, 2, …, n−1, 1]. */
export function channelsLastOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis === 0 ? 0 : axis === rank - 1 ? 1 : axis + 1))
}

/** The place of TensorFlow's axis in a value's own layout. */
export function axisIn(value: Traced, axis: number): number {
  const rank = value.shape.length
  const positive = axis < 0 ? axis + rank : axis
  return isChannelsFirst(value) ? (channelsLastOrder(rank)[positive] ?? positive) : positive
}
