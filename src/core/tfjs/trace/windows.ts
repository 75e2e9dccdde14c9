import { extentOf } from '../../tensor/tensor.ts'
import { entry } from '../../entry.ts'
import { inputOf, type KernelCall, type KernelRule, placed, unsupported } from './rule.ts'

/** How a window goes over the spatial axes. */
export interface Windows {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Before and after, for each axis. */
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly outputs: readonly number[]
}

interface WindowOptions {
  readonly inputs: readonly number[]
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations?: readonly number[]
}

/**
 * The kernel's `pad` and `dimRoundingMode` worked out for inputs of this size. TensorFlow's `same` gives
 * ceil(n / stride) outputs and puts the odd pixel behind.
 */
export function windowsOf(
  call: KernelCall,
  { inputs, kernel, strides, dilations = inputs.map(() => 1) }: WindowOptions,
): Windows {
  const spans = kernel.map((taps, axis) => (taps - 1) * entry(dilations, axis) + 1)
  const pads = inputs.map((extent, axis) =>
    padsOf(call, axis, { extent, span: entry(spans, axis), stride: entry(strides, axis) }),
  )
  const outputs = inputs.map((extent, axis) => {
    const [before, after] = pads[axis] ?? [0, 0]
    return Math.floor((extent + before + after - entry(spans, axis)) / entry(strides, axis)) + 1
  })
  return {
    kernel,
    strides,
    dilations,
    before: pads.map(([before]) => before),
    after: pads.map(([, after]) => after),
    outputs,
  }
}

interface AxisWindow {
  readonly extent: number
  readonly span: number
  readonly stride: number
}

function padsOf(call: KernelCall, axis: number, window: AxisWindow): readonly [number, number] {
  const pad = call.attributes.raw('pad')
  if (pad === 'valid') return [0, 0]
  if (pad === 'same') return samePads(window)
  if (typeof pad === 'number') return [pad, pad]
  // Explicit paddings are of all four axes, channels last.
  const own: unknown = Array.isArray(pad) ? pad[axis + 1] : undefined
  if (Array.isArray(own) && typeof own[0] === 'number' && typeof own[1] === 'number') return [own[0], own[1]]
  throw unsupported(call, `the padding ${JSON.stringify(pad)}`)
}

function samePads({ extent, span, stride }: AxisWindow): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + span - extent)
  return [Math.floor(total / 2), Math.ceil(total / 2)]
}

/** For ONNX's Conv and pools. */
export function windowAttributes({ kernel, strides, dilations, before, after }: Windows) {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] }
}

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
    return placed(name, [extentOf(x.shape, 0), ...windows.outputs, extentOf(x.shape, -1)], 'channels-first')
  }
}
