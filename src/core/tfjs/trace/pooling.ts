import { inputOf, placed, type KernelRule } from './rule.ts'
import { windowAttributes, windowsOf } from './windows.ts'

/**
 * MaxPool, AvgPool and their 3-D forms. TensorFlow's average leaves padding out, as ONNX's does by default.
 */
export function pool(opType: 'MaxPool' | 'AveragePool'): KernelRule {
  return (call) => {
    const { graph, attributes } = call
    const x = inputOf(call, 'x')
    const inputs = x.shape.slice(1, -1)
    const kernel = attributes.numbers('filterSize', inputs.length)
    const windows = windowsOf(call, { inputs, kernel, strides: attributes.numbers('strides', inputs.length) })
    const { dilations: _, ...shape } = windowAttributes(windows)
    const name = graph.node(opType, [graph.channelsFirst(x)], shape)
    return placed(name, [x.shape[0] ?? 1, ...windows.outputs, x.shape.at(-1) ?? 1], 'channels-first')
  }
}
