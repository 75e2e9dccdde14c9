import { entry } from '../entry.ts'
import { axisOf, range } from './shapes.ts'
import type { AxisMap } from './axis-map.ts'

/** How one axis is resized (ONNX Resize, opset 11 to 19). */
export interface AxisResize {
  readonly inputs: number
  readonly outputs: number
  /** Output extent over input extent, as given; not always their quotient. */
  readonly scale: number
  readonly mode: string
  readonly coordinates: string
  readonly nearestMode: string
  readonly cubicCoefficient: number
  readonly excludeOutside: boolean
  readonly antialias: boolean
  /** Normalised region of interest of tf_crop_and_resize. */
  readonly roi: readonly [start: number, end: number]
}

/** A tap of an output: which input, how much of it. */
type Tap = readonly [index: number, weight: number]

/** Resizing one axis as a matrix. */
export function resizeMap(axis: AxisResize): AxisMap {
  const { inputs, outputs } = axis
  const weights = new Float32Array(outputs * inputs)
  for (const output of range(outputs))
    for (const [index, weight] of tapsOf(axis, output)) {
      const at = output * inputs + Math.min(Math.max(index, 0), inputs - 1)
      weights[at] = entry(weights, at) + weight
    }
  return { outputs, inputs, weights }
}

function tapsOf(axis: AxisResize, output: number): readonly Tap[] {
  const position = coordinate(axis, output)
  if (axis.coordinates === 'tf_crop_and_resize' && (position < 0 || position > axis.inputs - 1)) return []
  switch (axis.mode) {
    case 'nearest':
      return [[nearest(Math.fround(position), axis.nearestMode), 1]]
    case 'cubic':
      return kernelTaps(axis, position, 2, (distance) => cubic(distance, axis.cubicCoefficient))
    default:
      if (axis.antialias)
        return kernelTaps(axis, position, 1, (distance) => Math.max(1 - Math.abs(distance), 0))
      return linearTaps(Math.min(Math.max(position, 0), axis.inputs - 1))
  }
}

/** ONNX Resize: coordinate_transformation_mode. */
function coordinate({ inputs, outputs, scale, coordinates, roi }: AxisResize, output: number): number {
  switch (coordinates) {
    case 'align_corners':
      return outputs === 1 ? 0 : (output * (inputs - 1)) / (outputs - 1)
    case 'asymmetric':
      return output / scale
    case 'pytorch_half_pixel':
      return outputs === 1 ? 0 : (output + 0.5) / scale - 0.5
    case 'half_pixel_symmetric':
      return (inputs / 2) * (1 - outputs / (scale * inputs)) + (output + 0.5) / scale - 0.5
    case 'tf_half_pixel_for_nn':
      return (output + 0.5) / scale
    case 'tf_crop_and_resize':
      if (outputs === 1) return 0.5 * (roi[0] + roi[1]) * (inputs - 1)
      return roi[0] * (inputs - 1) + (output * (roi[1] - roi[0]) * (inputs - 1)) / (outputs - 1)
    default:
      return (output + 0.5) / scale - 0.5
  }
}

function nearest(position: number, mode: string): number {
  switch (mode) {
    case 'floor':
      return Math.floor(position)
    case 'ceil':
      return Math.ceil(position)
    case 'round_prefer_ceil':
      return Math.floor(position + 0.5)
    default:
      return Math.ceil(position - 0.5)
  }
}

function linearTaps(position: number): readonly Tap[] {
  const left = Math.floor(position)
  return [
    [left, 1 - (position - left)],
    [left + 1, position - left],
  ]
}

/** Weights of a kernel of `radius` around a position; widened by the reduction when antialiased. */
function kernelTaps(
  axis: AxisResize,
  position: number,
  radius: number,
  kernel: (distance: number) => number,
): readonly Tap[] {
  const widening = axis.antialias ? Math.max(1 / axis.scale, 1) : 1
  const first = Math.floor(position - radius * widening) + 1
  const last = Math.ceil(position + radius * widening) - 1
  const taps = range(Math.max(last - first + 1, 0)).map((offset): Tap => [
    first + offset,
    kernel((first + offset - position) / widening),
  ])
  const inside = ([index]: Tap): boolean => index >= 0 && index < axis.inputs
  const used = axis.excludeOutside ? taps.filter(inside) : taps
  const sum = used.reduce((total, [, weight]) => total + weight, 0)
  return used.map(([index, weight]): Tap => [index, weight / sum])
}

/** Keys' cubic convolution kernel with coefficient a. */
function cubic(distance: number, a: number): number {
  const d = Math.abs(distance)
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  return 0
}

/** Entry of an axis in a list that is given for `axes` only. */
export function entryFor<T>(
  list: readonly T[],
  axes: readonly number[],
  axis: number,
  rank: number,
): T | undefined {
  return list[axes.findIndex((each) => axisOf(each, rank) === axis)]
}
