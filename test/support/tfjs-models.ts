import {
  input,
  layers,
  model as functional,
  sequential,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers'
import type { Layer } from '@tensorflow/tfjs-layers/dist/engine/topology'
import { tf } from '../../src/adapters/tfjs/tensorflow.ts'
import type { TfjsFiles } from '../../src/adapters/tfjs/load-model.ts'
import { parseModelJson } from '../../src/core/tfjs/manifest.ts'
import { weightBytes } from '../../src/core/tfjs/weights.ts'
import { uniformTensor } from './numbers.ts'

export type { Layer }
export { input, functional, layers, sequential }

/** Layers one after the other. */
export function chained(x: SymbolicTensor, ...all: readonly Layer[]): SymbolicTensor {
  return all.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x)
}

/** Two layers' results side by side, added and so on. */
export function merged(layer: Layer, ...inputs: readonly SymbolicTensor[]): SymbolicTensor {
  return layer.apply([...inputs]) as SymbolicTensor
}

/**
 * Two blocks of inverted residuals, a small MobileNetV2 (Sandler et al., CVPR 2018), on images of 16x16x3.
 */
export function mobileNet(): LayersModel {
  const x = input({ shape: [16, 16, 3] })
  const stem = chained(x, ...convolved(8, 2))
  const first = chained(stem, ...invertedResidual(8, 1))
  const residual = merged(layers.add(), stem, first)
  const second = chained(residual, ...invertedResidual(12, 2))
  const head = chained(
    second,
    ...convolved(16),
    layers.globalAveragePooling2d({}),
    layers.dense({ units: 4, activation: 'softmax' }),
  )
  return withWeights(functional({ inputs: x, outputs: head }))
}

function convolved(filters: number, strides = 1): Layer[] {
  const convolution = layers.conv2d({
    filters,
    kernelSize: strides === 1 ? 1 : 3,
    strides,
    padding: 'same',
    useBias: false,
  })
  return [convolution, layers.batchNormalization({ epsilon: 1e-3 }), layers.reLU({ maxValue: 6 })]
}

function invertedResidual(filters: number, strides: number): Layer[] {
  const depthwise = layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', useBias: false })
  const projection = layers.conv2d({ filters, kernelSize: 1, useBias: false })
  const activated = [layers.batchNormalization(), layers.reLU({ maxValue: 6 })]
  return [...convolved(24), depthwise, ...activated, projection, layers.batchNormalization()]
}

/**
 * One step down and up again (Ronneberger et al., MICCAI 2015), on images of 16x16x1; a probability for each
 * pixel and class.
 */
export function unet(): LayersModel {
  const x = input({ shape: [16, 16, 1] })
  const same = (filters: number) =>
    layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' })
  const skip = chained(x, same(4), same(4))
  const bottom = chained(skip, layers.maxPooling2d({ poolSize: 2 }), same(8))
  const up = chained(bottom, layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2 }))
  const joined = merged(layers.concatenate({ axis: -1 }), skip, up)
  const head = layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax' })
  return withWeights(functional({ inputs: x, outputs: chained(joined, same(4), head) }))
}

/** A layers model with seeded weights: kernels small, variances positive. */
export function withWeights(model: LayersModel, seed = 7): LayersModel {
  model.weights.forEach((weight, index) => {
    const positive = /variance|gamma/.test(weight.name)
    const shape = weight.shape.map((extent) => extent ?? 1)
    const { data } = uniformTensor(
      shape.length === 0 ? [1] : shape,
      seed + index,
      positive ? [0.5, 1.5] : [-0.5, 0.5],
    )
    weight.write(tf.tensor(data, shape))
  })
  return model
}

/** model.json and its one shard, as TensorFlow.js saves them. */
export interface SavedModel {
  readonly json: string
  readonly shard: Uint8Array
}

export async function saved(model: LayersModel): Promise<SavedModel> {
  let artifacts: tf.io.ModelArtifacts | undefined
  await model.save(
    tf.io.withSaveHandler((given) => {
      artifacts = given
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } })
    }),
  )
  const { modelTopology, weightSpecs = [], weightData } = artifacts!
  const json = {
    format: 'layers-model',
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  }
  return { json: JSON.stringify(json), shard: new Uint8Array(weightData as ArrayBuffer) }
}

export function filesOf({ json, shard }: SavedModel, file = 'model.json'): TfjsFiles {
  const manifest = parseModelJson(json, file)
  return { file, manifest, weights: weightBytes(manifest, { 'weights.bin': shard }, file) }
}
