import { boxRows } from '../tasks/detection/losses.ts'
import { extentOf } from '../tensor/tensor.ts'
import type { Emitter, Value } from './emitter.ts'
import type { LossGraph, LossTermValues } from './loss-graph.ts'
import { range } from './shapes.ts'

/**
 * A detector's scores [N, K, A], and of a loss's terms Σ w·m·t [N, K, A] and Σ w·m [N, 1, A], m being an
 * anchor's weight.
 */
interface Scores {
  readonly z: Value
  readonly target: Value
  readonly weight: Value
}

/** Σ_a m_a · −Σ_k t_k · log softmax(z)_k; affine in the target, so that any number of terms is one. */
export function anchorCrossEntropy(
  logits: Value,
  terms: readonly LossTermValues[],
  emit: Emitter,
): LossGraph {
  const { z, target, weight } = scoresOf(logits, terms, emit)
  const logProbability = emit.op('LogSoftmax', [z], z.shape, { attributes: { axis: 1 } })
  const mass = emit.reduce('ReduceSum', target, [1])
  const cotangent = emit.sub(emit.mul(emit.map('Exp', logProbability), mass), target)
  return head(emit.mul(emit.mul(target, logProbability), -1), cotangent, { logits, weight }, emit)
}

/** Σ_a m_a · mean_k (softplus(z) − t·z). */
export function anchorBinaryCrossEntropy(
  logits: Value,
  terms: readonly LossTermValues[],
  emit: Emitter,
): LossGraph {
  const { z, target, weight } = scoresOf(logits, terms, emit)
  const share = 1 / extentOf(z.shape, 1)
  const losses = emit.sub(emit.mul(emit.map('Softplus', z), weight), emit.mul(target, z))
  const cotangent = emit.sub(emit.mul(emit.map('Sigmoid', z), weight), target)
  return head(emit.mul(losses, share), emit.mul(cotangent, share), { logits, weight }, emit)
}

function scoresOf(logits: Value, terms: readonly LossTermValues[], emit: Emitter): Scores {
  const rows = extentOf(logits.shape, 1)
  const parts = terms.map((term) => {
    const weight = emit.mul(rowsOf(term.target, 0, 1, emit), term.weight)
    return { weight, target: emit.mul(rowsOf(term.target, boxRows, rows, emit), weight) }
  })
  return {
    z: rowsOf(logits, boxRows, rows, emit),
    target: emit.sum(parts.map(({ target }) => target)),
    weight: emit.sum(parts.map(({ weight }) => weight)),
  }
}

function rowsOf(value: Value, start: number, end: number, emit: Emitter): Value {
  return emit.slice(value, { axes: [1], starts: [start], ends: [end] })
}

/** Losses [N, K, A] summed; no gradient goes to the boxes. */
function head(
  losses: Value,
  slope: Value,
  { logits, weight }: { readonly logits: Value; readonly weight: Value },
  emit: Emitter,
): LossGraph {
  const nothing = emit.mul(weight, 0)
  return {
    loss: emit.reduce('ReduceSum', losses, range(logits.shape.length).slice(1), false),
    cotangent: emit.concat([nothing, nothing, nothing, nothing, slope], 1),
  }
}
