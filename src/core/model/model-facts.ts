import type { Suppression } from '../onnx/suppression.ts'

/** One input or output of the graph. Names stand for free extents, null for unknown ones. */
export interface TensorFacts {
  readonly name: string
  readonly shape: readonly (number | string | null)[]
}

/**
 * The channels of a dense output [N, K, h, w], or [N, K, D, h, w], are its second axis, those of [N, K] the
 * last; [N] has one.
 */
export function classExtent({ shape }: TensorFacts): TensorFacts['shape'][number] | undefined {
  if (shape.length === 1) return 1
  return shape.length >= 4 ? shape[1] : shape.at(-1)
}

/** What can be read off a model file. */
export interface ModelFacts {
  readonly file: string
  /** Without initializers. */
  readonly inputs: readonly TensorFacts[]
  /**
   * `finalOp`: ONNX type of the node that makes this output, e.g. 'Softmax'; of what comes before a Squeeze.
   */
  readonly outputs: readonly (TensorFacts & { readonly finalOp: string | undefined })[]
  /** metadata_props of the ModelProto. */
  readonly metadata: Readonly<Record<string, string>>
  /** Of a graph that ends in NonMaxSuppression: what goes into it, and which operator makes its scores. */
  readonly suppression?: (Suppression & { readonly scoresOp: string | undefined }) | undefined
  readonly sha256?: string | undefined
}
