import { RadversaryError } from '../../errors.ts'
import type { KernelAttributes } from './rule.ts'
import type { TraceGraph } from './trace-graph.ts'

/** What a fused kernel does to its sum. */
export interface FusedActivation {
  readonly activation: string
  /** The name of a prelu's weights, in the sum's layout. */
  readonly slopes?: string | undefined
  readonly alpha?: number
}

export function fusedActivation(attributes: KernelAttributes, slopes: string | undefined): FusedActivation {
  return {
    activation: attributes.text('activation', 'linear'),
    slopes,
    alpha: attributes.number('leakyreluAlpha', 0.2),
  }
}

/** tfjs-core's fused activations (fused_types.ts). */
export function activated(
  graph: TraceGraph,
  name: string,
  { activation, slopes, alpha = 0.2 }: FusedActivation,
): string {
  switch (activation) {
    case 'linear':
      return name
    case 'relu':
      return graph.node('Relu', [name])
    case 'relu6':
      return graph.node('Clip', [name, graph.floats([], [0]), graph.floats([], [6])])
    case 'elu':
      return graph.node('Elu', [name])
    case 'sigmoid':
      return graph.node('Sigmoid', [name])
    case 'prelu':
      return graph.node('PRelu', [name, slopes ?? ''])
    case 'leakyrelu':
      return graph.node('LeakyRelu', [name], { alpha: { float: alpha } })
    default:
      throw new RadversaryError(
        'model-unsupported',
        `TensorFlow.js: the fused activation ${activation} is not known`,
      )
  }
}
