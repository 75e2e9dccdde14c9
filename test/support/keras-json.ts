import { uniformTensor } from './numbers.ts'
import type { SavedModel } from './tfjs-models.ts'

/** Weights of one layer by name: a shape to be filled, or values. */
export type LayerWeights = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values?: readonly number[] }>
>

/** A model.json of one layer, as the converter writes it of Keras 2. */
export function layerModel(
  className: string,
  inputShape: readonly (number | null)[],
  config: object,
  weights: LayerWeights = {},
): SavedModel {
  const entries = Object.entries(weights)
  const specs = entries.map(([name, { shape }]) => ({
    name: `layer/${name}`,
    shape,
    dtype: name === 'count' ? 'int32' : 'float32',
  }))
  const data = entries.map(([, { shape, values }], index) =>
    values === undefined ? uniformTensor(shape, index + 1, [0.5, 1.5]).data : Float32Array.from(values),
  )
  const input = {
    class_name: 'InputLayer',
    config: { name: 'image', batch_input_shape: [null, ...inputShape], dtype: 'float32' },
  }
  const layers = [
    input,
    { class_name: className, config: { name: 'layer', trainable: true, dtype: 'float32', ...config } },
  ]
  const modelConfig = { class_name: 'Sequential', config: { name: 'sequential', layers } }
  const json = {
    format: 'layers-model',
    generatedBy: 'keras v2.15.0',
    modelTopology: { keras_version: '2.15.0', model_config: modelConfig },
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
  }
  return {
    json: JSON.stringify(json),
    shard: new Uint8Array(Buffer.concat(data.map(({ buffer }) => Buffer.from(buffer)))),
  }
}
