import type { DataType } from '../onnx/data-type.ts'
import type { Suppression } from '../onnx/suppression.ts'

/** Parsed JSON files beside a model, by their names. */
export type SidecarFiles = Readonly<Record<string, unknown>>

/** One input or output of the graph. Names stand for free extents, null for unknown ones. */
export interface TensorFacts {
  readonly name: string
  readonly shape: readonly (number | string | null)[]
  /** Null of what is no tensor, such as a sequence; float32 where it is left out. */
  readonly dataType?: DataType | null | undefined
}

export interface OutputFacts extends TensorFacts {
  /**
   * ONNX type of the node that makes this output, e.g. 'Softmax', however an activation is spelled; of what
   * comes before operators that only rearrange.
   */
  readonly finalOp: string | undefined
  /** Whether its values lie in [0, 1] whatever the image is. */
  readonly inUnit?: boolean
  /** Names of the inputs that it depends on. */
  readonly reads?: readonly string[]
}

/** What in a graph some jobs can't do with or differs from other models, and what to do about it. */
export interface Obstacle {
  /** `run`: everything; `gradient`: methods that need gradients; `note`: nothing for certain. */
  readonly of: 'run' | 'gradient' | 'note'
  readonly message: string
  readonly tip: string
  /** Whether gradients straight through the rounding pass it, where these are asked for. */
  readonly isRounding?: boolean
}

/** What in a graph stands in the way when a card names these tensors; of all outputs where it names none. */
export type ObstaclesOf = (scores?: string, boxes?: string) => readonly Obstacle[]

/** Whether extents beyond the batch are those of one row of classes: [K, 1, 1], [1, 1, K]. */
export function isRow(extents: readonly (number | string | null)[]): boolean {
  return extents.length > 1 && extents.filter((extent) => extent !== 1).length <= 1
}

/**
 * The channels of a dense output [N, K, h, w], or [N, K, D, h, w], are its second axis, those of [N, K] the
 * last, those of [N, K, 1, 1] and [N, 1, 1, K] the only one; [N] has one.
 */
export function classExtent({ shape }: TensorFacts): TensorFacts['shape'][number] | undefined {
  if (shape.length === 1) return 1
  const rest = shape.slice(1)
  if (isRow(rest)) {
    const index = rest.findIndex((extent) => extent !== 1)
    return index < 0 ? 1 : rest[index]
  }
  return shape.length >= 4 ? shape[1] : shape.at(-1)
}

/** What can be read off a model file. */
export interface ModelFacts {
  readonly file: string
  /** Without initializers. */
  readonly inputs: readonly TensorFacts[]
  readonly outputs: readonly OutputFacts[]
  /** metadata_props of the ModelProto. */
  readonly metadata: Readonly<Record<string, string>>
  /** Files beside the model that say something of its card. */
  readonly sidecars?: SidecarFiles | undefined
  /** Inputs of NonMaxSuppression and the operator that makes its scores; only for graphs that end in it. */
  readonly suppression?: (Suppression & { readonly scoresOp: string | undefined }) | undefined
  /** Whether the graph holds several NonMaxSuppressions, of which none can be said to end it. */
  readonly isSuppressedTwice?: boolean
  readonly sha256?: string | undefined
}
