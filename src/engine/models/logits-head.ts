import { differentiable } from '../../core/autodiff/onnx-model.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import { GraphBuilder } from '../../core/onnx/graph-builder.ts'

/**
 * A graph that changes nothing: losses and their gradients by logits are then computed as those of any model.
 * @param shape of one answer's logits; a name stands for a free extent
 */
export function logitsThemselves(
  shape: readonly (number | string)[],
  runtime: Runtime,
): Promise<DifferentiableModel> {
  const graph = new GraphBuilder()
  graph.output(graph.node('Identity', [graph.input('z', ['batch', ...shape])]), ['batch', ...shape])
  return differentiable(graph.build(), { runtime, activation: 'none' })
}
