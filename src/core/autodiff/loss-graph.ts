import type { Value } from './emitter.ts'

/** One weighted target in the graph: `target` has the logits' shape, `weight` is [1]. */
export interface LossTermValues {
  readonly target: Value
  readonly weight: Value
}

/** The loss per sample, [N], and d(Σ_n loss_n) / d logits. */
export interface LossGraph {
  readonly loss: Value
  readonly cotangent: Value
}
