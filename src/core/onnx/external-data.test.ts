import { expect, test } from 'vitest'
import { externalDataLocations, withExternalData } from './external-data.ts'
import { GraphBuilder } from './graph-builder.ts'
import type { OnnxModel } from './graph.ts'
import { bytesOf, floatValues } from './onnx-tensor.ts'

function modelWithWeightsIn(location: string, length: number | undefined = 8): OnnxModel {
  const graph = new GraphBuilder()
  const external = { location, offset: 4, length }
  const weights = graph.constant({ dataType: 'float32', shape: [2], raw: new Uint8Array(), external })
  graph.output(graph.node('Mul', [graph.input('x', ['batch', 2]), weights]))
  return graph.build()
}

const file = bytesOf(Float32Array.of(7, 1, 2))

test('weights come from the file beside the model, without a copy', () => {
  const model = modelWithWeightsIn('weights/model.bin')
  expect(externalDataLocations(model)).toEqual(['weights/model.bin'])
  const weights = [...withExternalData(model, { 'weights/model.bin': file }).graph.initializers.values()][0]!
  expect([...floatValues(weights)]).toEqual([1, 2])
  expect(weights.raw.buffer).toBe(file.buffer)
})

test.each(['../secret.bin', '/etc/passwd', 'C:\\secret.bin', '\\\\server\\share', 'a/../../b', ''])(
  'a location outside the model’s folder is refused: %s',
  (location) => {
    expect(() => externalDataLocations(modelWithWeightsIn(location))).toThrow(
      expect.objectContaining({ code: 'model-unreadable' }),
    )
    expect(() => withExternalData(modelWithWeightsIn(location), { [location]: file })).toThrow(
      /in the model's folder/,
    )
  },
)

test('an absent file is named', () => {
  expect(() => withExternalData(modelWithWeightsIn('model.bin'), {})).toThrow(
    "expected the file 'model.bin' beside the model, got none",
  )
})

test('a file that is too short is an error', () => {
  expect(() =>
    withExternalData(modelWithWeightsIn('model.bin'), { 'model.bin': file.subarray(0, 8) }),
  ).toThrow(/expected 8 bytes/)
})
