import { describe, expect, test } from 'vitest'
import { keras3Model } from '../../../test/support/keras3-model.ts'
import { parseModelJson } from './manifest.ts'

interface Layer {
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
  readonly inbound_nodes: unknown
}

const manifest = parseModelJson(keras3Model().json, 'model.json')
const { config } = manifest.topology['model_config'] as { config: { layers: Layer[]; input_layers: unknown } }
const layer = (name: string) => config.layers.find((each) => each.name === name)!

describe('a model of Keras 3 is read as Keras 2 writes it', () => {
  test('its input’s shape', () => {
    expect(layer('image').config).toEqual({
      name: 'image',
      batch_input_shape: [null, 8, 8, 3],
      dtype: 'float32',
    })
  })

  test('its policies of types', () => {
    expect(layer('stem').config['dtype']).toBe('float32')
  })

  test('its connections, those of several inputs too', () => {
    expect(layer('stem').inbound_nodes).toEqual([[['image', 0, 0, {}]]])
    expect(layer('residual').inbound_nodes).toEqual([
      [
        ['leaky', 0, 0, {}],
        ['spread', 0, 0, {}],
      ],
    ])
    expect(config.input_layers).toEqual([['image', 0, 0]])
  })

  test('the slope of a leaky relu', () => {
    expect(layer('leaky').config).toMatchObject({ alpha: 0.1 })
  })

  test('the names of its weights', () => {
    const names = manifest.groups.flatMap(({ weights }) => weights.map(({ name }) => name))
    const biases = ['stem/bias', 'spread/bias', 'scores/bias']
    expect(names.filter((name) => !biases.includes(name))).toEqual([
      'stem/kernel',
      'spread/depthwise_kernel',
      'scores/kernel',
    ])
  })
})

test('a model of Keras 2 stays as it is', () => {
  const json = keras3Model().json.replaceAll('3.4.1', '2.15.0')
  expect(parseModelJson(json, 'model.json').topology).toEqual(
    (JSON.parse(json) as { modelTopology: unknown }).modelTopology,
  )
})
