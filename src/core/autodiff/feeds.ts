import { RadversaryError } from '../errors.ts'
import { lossName } from '../model/loss-parts.ts'
import type { LossSpec } from '../model/ports.ts'
import type { RuntimeFeeds, RuntimeTensor } from '../model/runtime.ts'
import type { Shape, Tensor } from '../tensor/tensor.ts'
import type { GradientGraph } from './gradient-graph.ts'
import { sameShape } from './shapes.ts'

/**
 * What a gradient's graph is fed: the images, and targets and weights of the loss. @throws RadversaryError
 * tensor-invalid for a target of another shape than the logits.
 */
export function feedsOf(graph: GradientGraph, x: Tensor, { kind, terms }: LossSpec): RuntimeFeeds {
  const feeds: Record<string, RuntimeTensor> = { [graph.input]: feed(x) }
  terms.forEach(({ target, weight }, index) => {
    if (!sameShape(target.shape, graph.logits.shape))
      throw new RadversaryError(
        'tensor-invalid',
        `Loss ${lossName(kind)}: expected a target of the logits' shape [${graph.logits.shape.join(', ')}], got [${target.shape.join(', ')}]`,
      )
    feeds[graph.targets[index] ?? ''] = feed(target)
    feeds[graph.weights[index] ?? ''] = { dataType: 'float32', shape: [1], data: Float32Array.of(weight) }
  })
  return feeds
}

/** Names a graph for inputs of these shapes. */
export function keyOf(shape: Shape, beside: RuntimeFeeds): string {
  return [shape, ...Object.values(beside).map((each) => each.shape)].map((each) => each.join()).join(' ')
}

/** The data is handed over as it is, not copied. */
export function feed({ shape, data }: Tensor): RuntimeTensor {
  return { dataType: 'float32', shape, data }
}

/** A result by its name. @throws RadversaryError runtime-failed where it is no float32 */
export function tensorOf(results: RuntimeFeeds, name: string): Tensor {
  const result = results[name]
  if (result === undefined || !(result.data instanceof Float32Array))
    throw new RadversaryError(
      'runtime-failed',
      `Runtime: expected float32 values of '${name}', got ${result?.dataType ?? 'nothing'}`,
    )
  return { shape: result.shape, data: result.data }
}
