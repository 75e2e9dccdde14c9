import { entry } from '../../entry.ts'
import { extents4, extentOf } from '../../tensor/tensor.ts'
import { activated, fusedActivation } from './elementwise.ts'
import { inputOf, placed, unsupported, type KernelCall, type KernelRule } from './rule.ts'
import type { Traced } from './traced.ts'
import { windowAttributes, windowsOf } from './windows.ts'

/** Conv2D, Conv3D and their fused forms: filters [...kernel, C, K]. */
export const convolution: KernelRule = (call) => {
  const [x, filter] = [inputOf(call, 'x'), inputOf(call, 'filter')]
  const rank = x.shape.length - 2
  const [inputs, kernel] = [x.shape.slice(1, -1), filter.shape.slice(0, rank)]
  const channels = extentOf(filter.shape, rank + 1)
  const groups = extentOf(x.shape, -1) / extentOf(filter.shape, rank)
  const weights = call.graph.permuted(filter, [rank + 1, rank, ...kernel.keys()])
  return convolved(call, x, { inputs, kernel, channels, groups, weights })
}

/**
 * DepthwiseConv2dNative and its fused form: filters [h, w, C, multiplier]; output channel c·multiplier + m.
 */
export const depthwiseConvolution: KernelRule = (call) => {
  const [x, filter] = [inputOf(call, 'x'), inputOf(call, 'filter')]
  const [height, width, inputs, multiplier] = extents4(filter.shape)
  const ordered = call.graph.permuted(filter, [2, 3, 0, 1])
  const channels = inputs * multiplier
  const weights =
    multiplier === 1
      ? ordered
      : call.graph.node('Reshape', [ordered, call.graph.ints([channels, 1, height, width])])
  return convolved(call, x, {
    inputs: x.shape.slice(1, 3),
    kernel: [height, width],
    channels,
    groups: inputs,
    weights,
  })
}

interface Convolution {
  readonly inputs: readonly number[]
  readonly kernel: readonly number[]
  readonly channels: number
  readonly groups: number
  /** [K, C / groups, ...kernel] */
  readonly weights: string
}

function convolved(
  call: KernelCall,
  x: Traced,
  { inputs, kernel, channels, groups, weights }: Convolution,
): Traced {
  const { graph, attributes } = call
  expectChannelsLast(call)
  const strides = attributes.numbers('strides', kernel.length)
  const dilations =
    (attributes.raw('dilations') ?? null) === null
      ? kernel.map(() => 1)
      : attributes.numbers('dilations', kernel.length)
  const windows = windowsOf(call, {
    inputs,
    kernel,
    strides: spatial(strides, kernel),
    dilations: spatial(dilations, kernel),
  })
  const bias = call.inputs['bias']
  const sum = graph.node(
    'Conv',
    [graph.channelsFirst(x), weights, ...(bias === undefined ? [] : [vector(call, bias, channels)])],
    { ...windowAttributes(windows), group: groups },
  )
  const slopes = call.inputs['preluActivationWeights']
  const fused = fusedActivation(
    attributes,
    slopes === undefined ? undefined : slopesOf(call, slopes, kernel.length),
  )
  return placed(
    activated(graph, sum, fused),
    [extentOf(x.shape, 0), ...windows.outputs, channels],
    'channels-first',
  )
}

/** Strides and dilations may come for all axes, batch and channels included. */
function spatial(values: readonly number[], kernel: readonly number[]): readonly number[] {
  return values.length === kernel.length + 2 ? values.slice(1, -1) : values
}

function vector({ graph }: KernelCall, bias: Traced, channels: number): string {
  if (bias.shape.length === 1) return graph.asIs(bias)
  return graph.node('Reshape', [graph.asIs(bias), graph.ints([channels])])
}

/** A prelu's weights, one a channel or one a pixel, in the sum's layout. */
function slopesOf({ graph }: KernelCall, slopes: Traced, spatialRank: number): string {
  const rank = slopes.shape.length
  if (rank > spatialRank + 1) return graph.channelsFirst(slopes)
  if (rank === spatialRank + 1)
    return graph.permuted(slopes, [rank - 1, ...slopes.shape.keys()].slice(0, rank))
  return graph.node('Reshape', [
    graph.asIs(slopes),
    graph.ints([-1, ...Array.from({ length: spatialRank }, () => 1)]),
  ])
}

/**
 * Conv2DBackpropInput and Conv3DBackpropInputV2 as layers: filters [...kernel, K, C] of an input [N,
 * ...spatial, C].
 */
export const transposedConvolution: KernelRule = (call) => {
  const { graph, attributes } = call
  const [dy, filter] = [inputOf(call, 'dy'), inputOf(call, 'filter')]
  expectChannelsLast(call)
  const rank = dy.shape.length - 2
  const kernel = filter.shape.slice(0, rank)
  const outputs = attributes.numbers('inputShape').slice(1, -1)
  const strides = spatial(attributes.numbers('strides', rank), kernel)
  const windows = windowsOf(call, { inputs: outputs, kernel, strides })
  const missing = outputs.map((extent, axis) => {
    const reached = (extentOf(dy.shape, axis + 1) - 1) * entry(strides, axis) + entry(kernel, axis)
    return extent - (reached - entry(windows.before, axis) - entry(windows.after, axis))
  })
  const weights = graph.permuted(filter, [rank + 1, rank, ...kernel.keys()])
  const shape = { ...windowAttributes(windows), output_padding: missing }
  const channels = extentOf(filter.shape, rank)
  const name = graph.node('ConvTranspose', [graph.channelsFirst(dy), weights], shape)
  return placed(name, [extentOf(dy.shape, 0), ...outputs, channels], 'channels-first')
}

function expectChannelsLast(call: KernelCall): void {
  const format = call.attributes.text('dataFormat', 'NHWC')
  if (!format.endsWith('C')) throw unsupported(call, `the layout ${format}`)
}
