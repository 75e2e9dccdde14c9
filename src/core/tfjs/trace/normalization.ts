import { extentOf, sizeOf } from '../../tensor/tensor.ts'
import { combined } from './elementwise.ts'
import { inputOf, placed, type KernelCall, type KernelRule } from './rule.ts'
import { isChannelsFirst, type Traced } from './traced.ts'

/** FusedBatchNorm: (x − mean) / √(variance + ε) · scale + offset. */
export const batchNorm: KernelRule = (call) => {
  const x = inputOf(call, 'x')
  const channels = extentOf(x.shape, -1)
  const statistics = ['scale', 'offset', 'mean', 'variance'].map((name) => call.inputs[name])
  const areVectors = statistics.every((value) => value === undefined || isVector(value, channels))
  return areVectors ? byChannel(call, x, channels) : byElement(call, x)
}

/** One value a channel, however many axes of extent 1 stand before. */
function isVector({ shape }: Traced, channels: number): boolean {
  return shape.at(-1) === channels && sizeOf(shape) === channels
}

function byChannel(call: KernelCall, x: Traced, channels: number): Traced {
  const { graph, attributes, inputs } = call
  const names = [
    statistic(call, inputs['scale'], channels, 1),
    statistic(call, inputs['offset'], channels, 0),
    statistic(call, inputs['mean'], channels, 0),
    statistic(call, inputs['variance'], channels, 1),
  ]
  const epsilon = { float: attributes.number('varianceEpsilon', 0.001) }
  const name = graph.node('BatchNormalization', [graph.channelsFirst(x), ...names], { epsilon })
  return placed(name, x.shape, x.shape.length > 2 ? 'channels-first' : 'as-is')
}

function statistic(
  { graph }: KernelCall,
  value: Traced | undefined,
  channels: number,
  preset: number,
): string {
  if (value === undefined)
    return graph.floats(
      [channels],
      Float32Array.from({ length: channels }, () => preset),
    )
  if (value.shape.length === 1) return graph.asIs(value)
  return graph.node('Reshape', [graph.asIs(value), graph.ints([channels])])
}

/** Statistics of another axis than the last, or of the image itself (layer normalisation). */
function byElement({ graph, attributes, inputs, ...call }: KernelCall, x: Traced): Traced {
  const [mean, variance] = ['mean', 'variance'].map((name) =>
    inputOf({ graph, attributes, inputs, ...call }, name),
  )
  const epsilon = graph.floats([], [attributes.number('varianceEpsilon', 0.001)])
  const apply = (op: string, a: Traced, b: Traced | undefined) =>
    b === undefined ? a : combined(graph, [a, b], (names) => graph.node(op, names))
  const deviation =
    variance &&
    combined(graph, [variance], ([name = '']) => graph.node('Sqrt', [graph.node('Add', [name, epsilon])]))
  const centred = apply('Div', apply('Sub', x, mean), deviation)
  return apply('Add', apply('Mul', centred, inputs['scale']), inputs['offset'])
}

/** Softmax and LogSoftmax over TensorFlow's last axis. */
export function softmax(opType: 'Softmax' | 'LogSoftmax'): KernelRule {
  return (call) => {
    const x = inputOf(call, 'logits')
    const first = isChannelsFirst(x)
    const axis = first ? 1 : x.shape.length - 1
    return placed(
      call.graph.node(opType, [call.graph.nameOf(x)], { axis }),
      x.shape,
      first ? 'channels-first' : 'as-is',
    )
  }
}

/** LRN: TensorFlow's alpha is per channel, ONNX's is divided by the number of channels in the window. */
export const localResponse: KernelRule = (call) => {
  const { graph, attributes } = call
  const x = inputOf(call, 'x')
  const size = 2 * attributes.number('depthRadius') + 1
  const name = graph.node('LRN', [graph.channelsFirst(x)], {
    size,
    alpha: { float: attributes.number('alpha') * size },
    beta: { float: attributes.number('beta') },
    bias: { float: attributes.number('bias') },
  })
  return placed(name, x.shape, 'channels-first')
}
