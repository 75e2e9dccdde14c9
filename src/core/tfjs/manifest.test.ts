import { describe, expect, test } from 'vitest'
import { parseModelJson } from './manifest.ts'
import { weightBytes } from './weights.ts'

const weights = [
  { name: 'kernel', shape: [2, 3], dtype: 'float32' },
  { name: 'axes', shape: [2], dtype: 'int32' },
]

function modelJson(changes: object = {}): string {
  const layers = { format: 'layers-model', modelTopology: { class_name: 'Sequential' } }
  return JSON.stringify({ ...layers, weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights }], ...changes })
}

const parsed = (changes?: object) => parseModelJson(modelJson(changes), 'model.json')
const shards = { 'a.bin': new Uint8Array(20).fill(1), 'b.bin': new Uint8Array(12).fill(2) }

describe('model.json', () => {
  test('says what the model is and where its weights are', () => {
    expect(parsed()).toMatchObject({
      format: 'layers-model',
      groups: [{ paths: ['a.bin', 'b.bin'], weights }],
    })
  })

  test('of early versions, which does not say what it is, is known by its topology', () => {
    expect(parsed({ format: undefined, modelTopology: { model_config: {} } }).format).toBe('layers-model')
    expect(parsed({ format: undefined, modelTopology: { node: [] } }).format).toBe('graph-model')
  })

  test.each([
    [
      'another format',
      { format: 'saved-model' },
      /expected the format layers-model or graph-model, got saved-model/,
    ],
    [
      'weights of text',
      { weightsManifest: [{ paths: ['a.bin'], weights: [{ name: 'w', shape: [1], dtype: 'string' }] }] },
      /got 'w' of string/,
    ],
    ['no weights', { weightsManifest: undefined }, /weightsManifest: /],
    [
      'a shard elsewhere',
      { weightsManifest: [{ paths: ['../secret.bin'], weights: [] }] },
      /expected shards beside model.json/,
    ],
    [
      'a shard on the network',
      { weightsManifest: [{ paths: ['https://host/a.bin'], weights: [] }] },
      /expected shards beside model.json/,
    ],
  ])('with %s is refused', (_, changes, message) => {
    expect(() => parsed(changes)).toThrow(message)
    expect(() => parsed(changes)).toThrow(
      expect.objectContaining({ code: 'model-unreadable', file: 'model.json' }) as Error,
    )
  })

  test('that is no JSON is refused', () => {
    expect(() => parseModelJson('<html>', 'model.json')).toThrow(/expected JSON/)
  })
})

describe('weights', () => {
  test('are the shards, one after the other', () => {
    const bytes = weightBytes(parsed(), shards, 'model.json')
    expect([bytes.length, bytes[0], bytes[31]]).toEqual([32, 1, 2])
  })

  test('that are quantised take fewer bytes', () => {
    const quantised = [
      { name: 'w', shape: [5], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.1, min: -1 } },
    ]
    const manifest = parsed({ weightsManifest: [{ paths: ['a.bin'], weights: quantised }] })
    expect(weightBytes(manifest, { 'a.bin': new Uint8Array(5) }, 'model.json')).toHaveLength(5)
  })

  test.each([
    ['a missing shard', { 'a.bin': shards['a.bin'] }, /expected the shard b.bin, got none/],
    [
      'a truncated shard',
      { ...shards, 'b.bin': new Uint8Array(11) },
      /expected 32 bytes of weights in a.bin, b.bin, got 31/,
    ],
    [
      'another model’s shard',
      { ...shards, 'a.bin': new Uint8Array(24) },
      /expected 32 bytes of weights in a.bin, b.bin, got 36/,
    ],
  ])('with %s are refused', (_, given, message) => {
    expect(() => weightBytes(parsed(), given, 'model.json')).toThrow(message)
  })
})
