import { entry } from '../../../core/entry.ts'
import { extentOf } from '../../../core/tensor/tensor.ts'
import { tf } from '../tensorflow.ts'
import {
  inputOf,
  numberEach,
  spatialAxes,
  type LayerConfig,
  type LayerDefinition,
  type LayerShape,
} from './define-layer.ts'

type Pair = readonly [before: number, after: number]

/**
 * `value` for all ends of all axes, or for both ends of each, or for every end of its own. Of one axis, two
 * numbers are its ends.
 */
function pairsOf(value: unknown, axes: readonly number[]): Pair[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : axes.map(() => value)
  const perAxis = axes.length === 1 && !Array.isArray(list[0]) && list.length === 2 ? [list] : list
  return axes.map((_, at) => {
    const own = perAxis[at]
    return Array.isArray(own) ? [Number(own[0]), Number(own[1])] : [Number(own), Number(own)]
  })
}

/** `change` of every spatial extent, where that is known. */
function resized(
  shape: LayerShape,
  config: LayerConfig,
  change: (extent: number, at: number) => number,
): LayerShape {
  const axes = spatialAxes(shape.length, config)
  return shape.map((extent, axis) =>
    extent === null || !axes.includes(axis) ? extent : change(extent, axes.indexOf(axis)),
  )
}

/** Keras pads and crops one voxel where a layer does not say. */
const kerasDefault = 1

function padding(className: string): LayerDefinition {
  const pairs = (rank: number, config: LayerConfig) =>
    pairsOf(config['padding'] ?? kerasDefault, spatialAxes(rank, config))
  return {
    className,
    outputShape: (shape, config) =>
      resized(shape, config, (extent, at) => extent + sumOf(pairs(shape.length, config)[at])),
    call: (inputs, config) => {
      const x = inputOf(inputs)
      const axes = spatialAxes(x.rank, config)
      const own = pairs(x.rank, config)
      return tf.pad(
        x,
        x.shape.map((_, axis) => [...(own[axes.indexOf(axis)] ?? [0, 0])] as [number, number]),
      )
    },
  }
}

function cropping(className: string): LayerDefinition {
  const pairs = (rank: number, config: LayerConfig) =>
    pairsOf(config['cropping'] ?? kerasDefault, spatialAxes(rank, config))
  return {
    className,
    outputShape: (shape, config) =>
      resized(shape, config, (extent, at) => extent - sumOf(pairs(shape.length, config)[at])),
    call: (inputs, config) => {
      const x = inputOf(inputs)
      const axes = spatialAxes(x.rank, config)
      const own = x.shape.map((_, axis) => pairs(x.rank, config)[axes.indexOf(axis)] ?? ([0, 0] as const))
      const begin = own.map(([before]) => before)
      return tf.slice(
        x,
        begin,
        x.shape.map((extent, axis) => extent - sumOf(own[axis])),
      )
    },
  }
}

/** Every voxel is repeated `size` times along each axis. */
function upsampling(className: string): LayerDefinition {
  return {
    className,
    outputShape: (shape, config) => {
      const factors = factorsOf(shape.length, config)
      return resized(shape, config, (extent, at) => extent * entry(factors, at))
    },
    call: (inputs, config) => {
      const x = inputOf(inputs)
      const factors = factorsOf(x.rank, config)
      return spatialAxes(x.rank, config).reduce((y, axis, at) => repeated(y, axis, entry(factors, at)), x)
    },
  }
}

function factorsOf(rank: number, config: LayerConfig): number[] {
  return numberEach(config['size'] ?? 2, spatialAxes(rank, config))
}

function repeated(x: tf.Tensor, axis: number, factor: number): tf.Tensor {
  const extent = extentOf(x.shape, axis) * factor
  const places = Int32Array.from({ length: extent }, (_, at) => Math.floor(at / factor))
  return tf.gather(x, tf.tensor1d(places, 'int32'), axis)
}

function globalPooling(
  className: string,
  pool: (x: tf.Tensor, axes: number[], keeps: boolean) => tf.Tensor,
): LayerDefinition {
  const keeps = ({ keepdims }: LayerConfig) => keepdims === true
  return {
    className,
    outputShape: (shape, config) => {
      const axes = spatialAxes(shape.length, config)
      return shape.flatMap((extent, axis) => (axes.includes(axis) ? (keeps(config) ? [1] : []) : [extent]))
    },
    call: (inputs, config) => pool(inputOf(inputs), spatialAxes(inputOf(inputs).rank, config), keeps(config)),
  }
}

function sumOf([before, after]: Pair = [0, 0]): number {
  return before + after
}

/**
 * Layers that Keras has for signals, images and volumes, and TensorFlow.js not for all; its global pools know
 * no `keepdims`.
 */
export const spatialLayers: readonly LayerDefinition[] = [
  ...['ZeroPadding1D', 'ZeroPadding3D'].map(padding),
  ...['Cropping1D', 'Cropping3D'].map(cropping),
  ...['UpSampling1D', 'UpSampling3D'].map(upsampling),
  ...signalImageVolume('GlobalAveragePooling').map((name) =>
    globalPooling(name, (x, axes, keeps) => tf.mean(x, axes, keeps)),
  ),
  ...signalImageVolume('GlobalMaxPooling').map((name) =>
    globalPooling(name, (x, axes, keeps) => tf.max(x, axes, keeps)),
  ),
]

function signalImageVolume(name: string): string[] {
  return ['1D', '2D', '3D'].map((rank) => name + rank)
}
