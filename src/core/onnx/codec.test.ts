import { decodeAttribute, encodeAttribute } from './attributes.ts'
import { describe, expect, test } from 'vitest'
import { RadversaryError } from '../errors.ts'
import { decodeModel, encodeModel } from './codec.ts'
import { GraphBuilder } from './graph-builder.ts'
import type { OnnxModel } from './graph.ts'
import { boolTensor, bytesOf, float32Tensor, floatValues, int64Tensor, numericValues } from './onnx-tensor.ts'
import { attributeProto, modelProto, type TensorProto } from './proto.ts'
import { printGraph } from './print.ts'

function example(): OnnxModel {
  const graph = new GraphBuilder({ opset: 17, domains: { 'com.microsoft': 1 } })
  const x = graph.input('x', ['batch', 3, null])
  const y = graph.node('LeakyRelu', [x], { alpha: { float: 0.25 } })
  const end = graph.constant(int64Tensor([1], [9_223_372_036_854_775_807]))
  const z = graph.node('Slice', [y, graph.ints([0]), end, graph.ints([2])])
  const [first = '', second = ''] = graph.nodeWithOutputs('Split', [z, graph.ints([1, 2])], 2, { axis: 1 })
  graph.output(graph.node('com.microsoft:Gelu', [first]))
  graph.output(graph.node('Resize', [second, '', graph.floats([3], [1, 1, 2])], { mode: 'nearest' }), [
    'batch',
    2,
    null,
  ])
  return graph.build()
}

/** A model of one constant that is stored as the message says. */
function modelWithTensor(message: Partial<TensorProto>): Uint8Array {
  const { graph } = modelProto.decode(encodeModel(example()))
  if (graph === null) throw new Error('no graph')
  return modelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: { ...graph, initializer: [{ name: 'w', ...message } as TensorProto] },
  })
}

const weightOf = (bytes: Uint8Array) => decodeModel(bytes).graph.initializers.get('w')!

describe('an ONNX model', () => {
  test('survives encoding and decoding', () => {
    const model = example()
    const again = decodeModel(encodeModel(model))
    expect(printGraph(again)).toBe(printGraph(model))
    expect(again.opsets).toEqual(model.opsets)
    expect(again.graph.inputs).toEqual(model.graph.inputs)
    expect(again.graph.outputs).toEqual(model.graph.outputs)
    expect(again.graph.nodes).toEqual(model.graph.nodes)
  })

  test('keeps its weights as views into the file', () => {
    const bytes = encodeModel(example())
    const constants = [...decodeModel(bytes).graph.initializers.values()]
    expect(constants.every(({ raw }) => raw.buffer === bytes.buffer)).toBe(true)
  })

  test('keeps every kind of attribute, INT64_MAX and what it does not understand included', () => {
    const graph = new GraphBuilder()
    const subgraph = attributeProto.encode({ name: 'body', type: 5, g: new Uint8Array([18, 1, 65]) })
    const attributes = {
      int: -3,
      largest: 9_223_372_036_854_775_807,
      ints: [1, -2, 3],
      none: [],
      float: { float: 0.5 },
      floats: { floats: [0.5, -2] },
      string: 'µ',
      strings: { strings: ['a', 'b'] },
      tensor: { tensor: float32Tensor([2], [1, 2]) },
      body: { opaque: subgraph },
    }
    graph.output(graph.node('Anything', [graph.input('x', [1])], attributes))
    const decoded = decodeModel(encodeModel(graph.build())).graph.nodes[0]!.attributes
    expect({ ...decoded, tensor: undefined, body: undefined }).toEqual({
      ...attributes,
      tensor: undefined,
      body: undefined,
    })
    expect(decoded['tensor']).toMatchObject({ tensor: { dataType: 'float32', shape: [2] } })
    expect(decoded['body']).toEqual({ opaque: Buffer.from(subgraph) })
  })

  test.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('<!DOCTYPE html><html><body>Not found</body></html>')],
    ['zeros', new Uint8Array(64)],
    ['a half of one', encodeModel(example()).subarray(0, 150)],
  ])('is not made of %s', (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(expect.objectContaining({ code: 'model-unreadable' }))
  })

  test('cut off anywhere or changed anywhere is an error of ours or another model, never another exception', () => {
    const bytes = encodeModel(example())
    const attempt = (damaged: Uint8Array): void => {
      try {
        decodeModel(damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(RadversaryError)
      }
    }
    for (let index = 0; index < bytes.length; index++) {
      attempt(bytes.subarray(0, index))
      attempt(bytes.with(index, (bytes[index]! + 0x55) & 0xff))
    }
  })
})

describe('a constant', () => {
  test('is read from raw data and from the typed fields alike', () => {
    const dims = [2]
    expect(floatValues(weightOf(modelWithTensor({ dims, dataType: 1, floatData: [0.5, -1] })))).toEqual(
      Float32Array.of(0.5, -1),
    )
    expect(floatValues(weightOf(modelWithTensor({ dims, dataType: 11, doubleData: [0.5, -1] })))).toEqual(
      Float32Array.of(0.5, -1),
    )
    expect(
      floatValues(weightOf(modelWithTensor({ dims, dataType: 10, int32Data: [0x3800, 0xbc00] }))),
    ).toEqual(Float32Array.of(0.5, -1))
    expect(numericValues(weightOf(modelWithTensor({ dims, dataType: 7, int64Data: [5, -6] })))).toEqual([
      5, -6,
    ])
    expect(numericValues(weightOf(modelWithTensor({ dims, dataType: 6, int32Data: [5, -6] })))).toEqual([
      5, -6,
    ])
    expect(numericValues(weightOf(modelWithTensor({ dims, dataType: 9, int32Data: [1, 0] })))).toEqual([1, 0])
    expect(numericValues(weightOf(modelWithTensor({ dims, dataType: 12, uint64Data: [5, 6] })))).toEqual([
      5, 6,
    ])
  })

  test('of half precision is read exactly: smallest, largest, infinite, not a number', () => {
    const halves = Uint16Array.of(0x0001, 0x7bff, 0x8000, 0xfc00, 0x7e00, 0x3555)
    const values = floatValues({ dataType: 'float16', shape: [6], raw: bytesOf(halves) })
    expect([...values]).toEqual([2 ** -24, 65504, -0, -Infinity, NaN, 0.333251953125])
    const brain = floatValues({
      dataType: 'bfloat16',
      shape: [2],
      raw: bytesOf(Uint16Array.of(0x3f80, 0xc049)),
    })
    expect([...brain]).toEqual([1, -3.140625])
  })

  test('whose bytes do not fit its shape is refused', () => {
    expect(() => decodeModel(modelWithTensor({ dims: [3], dataType: 1, floatData: [1, 2] }))).toThrow(
      'expected 12 bytes for float32 [3], got 8',
    )
  })

  test('at an odd offset in the file is still read', () => {
    const odd = new Uint8Array([0, ...bytesOf(Float32Array.of(1.5, 2.5))]).subarray(1)
    expect([...floatValues({ dataType: 'float32', shape: [2], raw: odd })]).toEqual([1.5, 2.5])
  })

  test('of bool holds one byte an element', () => {
    expect([...boolTensor([3], [true, false, true]).raw]).toEqual([1, 0, 1])
  })
})

test('an empty string attribute is read, whether or not its field was written', () => {
  const written = encodeAttribute('auto_pad', '')
  const leftOut = attributeProto.encode({ name: 'auto_pad', type: 3 })
  expect([written, leftOut].map(decodeAttribute)).toEqual([
    ['auto_pad', ''],
    ['auto_pad', ''],
  ])
})
