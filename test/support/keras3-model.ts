import { uniformTensor } from './numbers.ts'
import type { SavedModel } from './tfjs-models.ts'

interface Keras3Layer {
  readonly name: string
  readonly className: string
  readonly config?: object
  readonly inputs?: readonly string[]
  /** Shapes by the names that Keras 3 gives. */
  readonly weights?: Readonly<Record<string, readonly number[]>>
}

const dtype = {
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name: 'float32' },
  registered_name: null,
}
const glorot = {
  module: 'keras.initializers',
  class_name: 'GlorotUniform',
  config: { seed: null },
  registered_name: null,
}
const convolution = {
  padding: 'same',
  strides: [1, 1],
  use_bias: true,
  activation: 'linear',
  data_format: 'channels_last',
}

/** A residual block with a depthwise convolution, on images of 8x8x3. */
const layers: readonly Keras3Layer[] = [
  { name: 'image', className: 'InputLayer' },
  {
    name: 'stem',
    className: 'Conv2D',
    inputs: ['image'],
    weights: { kernel: [3, 3, 3, 4], bias: [4] },
    config: { ...convolution, filters: 4, kernel_size: [3, 3], kernel_initializer: glorot },
  },
  { name: 'leaky', className: 'LeakyReLU', inputs: ['stem'], config: { negative_slope: 0.1 } },
  {
    name: 'spread',
    className: 'DepthwiseConv2D',
    inputs: ['leaky'],
    weights: { kernel: [3, 3, 4, 1], bias: [4] },
    config: { ...convolution, kernel_size: [3, 3], depth_multiplier: 1 },
  },
  { name: 'residual', className: 'Add', inputs: ['leaky', 'spread'] },
  {
    name: 'pooled',
    className: 'GlobalAveragePooling2D',
    inputs: ['residual'],
    config: { data_format: 'channels_last' },
  },
  {
    name: 'scores',
    className: 'Dense',
    inputs: ['pooled'],
    weights: { kernel: [4, 2], bias: [2] },
    config: { units: 2, activation: 'softmax', use_bias: true },
  },
]

/** A model.json as tensorflowjs_converter 4.22 makes it of a functional model of Keras 3. */
export function keras3Model(): SavedModel {
  const specs = layers.flatMap(({ name, weights = {} }) =>
    Object.entries(weights).map(([weight, shape]) => ({
      name: `functional/${name}/${weight}`,
      shape,
      dtype: 'float32',
    })),
  )
  const data = specs.map(({ shape }, index) => uniformTensor(shape, index + 1, [-0.5, 0.5]).data)
  const config = {
    name: 'functional',
    layers: layers.map(layerJson),
    input_layers: history('image'),
    output_layers: history('scores'),
  }
  const json = {
    format: 'layers-model',
    generatedBy: 'keras v3.4.1',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: { keras_version: '3.4.1', model_config: { class_name: 'Functional', config } },
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
  }
  return {
    json: JSON.stringify(json),
    shard: new Uint8Array(Buffer.concat(data.map(({ buffer }) => Buffer.from(buffer)))),
  }
}

function layerJson({ name, className, config, inputs = [] }: Keras3Layer): object {
  const own =
    className === 'InputLayer'
      ? { name, batch_shape: [null, 8, 8, 3], dtype: 'float32' }
      : { name, dtype, ...config }
  return {
    module: 'keras.layers',
    class_name: className,
    config: own,
    registered_name: null,
    name,
    inbound_nodes: inputs.length === 0 ? [] : [{ args: argumentsOf(inputs), kwargs: {} }],
  }
}

/** Several tensors are one argument, a list. */
function argumentsOf(inputs: readonly string[]): unknown[] {
  const tensors = inputs.map((name) => ({
    class_name: '__keras_tensor__',
    config: { keras_history: history(name) },
  }))
  return tensors.length === 1 ? tensors : [tensors]
}

function history(name: string): [string, number, number] {
  return [name, 0, 0]
}
