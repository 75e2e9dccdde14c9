import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { describeWithSoftwareWebgpu } from '../../../test/support/software-webgpu.ts'
import { bodyAttribute, float32Value, smallModel } from '../../../test/support/onnx-models.ts'
import type { RuntimeTensor } from '../../core/model/runtime.ts'
import { encodeModel } from '../../core/onnx/codec.ts'
import { modelProto } from '../../core/onnx/proto.ts'
import { float32Tensor, int64Tensor } from '../../core/onnx/onnx-tensor.ts'
import { isDeviceBuiltIn, ortDevices } from './devices.ts'
import { createOrtRuntime } from './runtime.ts'

const cpu = createOrtRuntime({ device: 'cpu' })

function float32(shape: readonly number[], values: readonly number[]): RuntimeTensor {
  return { dataType: 'float32', shape, data: Float32Array.from(values) }
}

/** y = relu(x·w), x [batch, 2]. */
const linear = smallModel({
  inputs: [float32Value('x', ['batch', 2])],
  outputs: [float32Value('y', ['batch', 2])],
  initializers: { w: float32Tensor([2, 2], [1, -1, 2, 0.5]) },
  nodes: [
    ['MatMul', ['x', 'w'], 'z'],
    ['Relu', ['z'], 'y'],
  ],
})

/** The same model with every initializer's data in a file instead. */
function withExternalWeights(model: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  const message = modelProto.decode(model)
  for (const tensor of message.graph?.initializer ?? []) {
    tensor.rawData = new Uint8Array()
    tensor.dataLocation = 1
    tensor.externalData = Object.entries(entries).map(([key, value]) => ({ key, value }))
  }
  return modelProto.encode(message)
}

function temporaryFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('radversary-'))
}

describe('a session on the CPU', () => {
  test('computes every output in the order and names of the model', async () => {
    const session = await cpu.createSession(linear)
    expect(session.inputNames).toEqual(['x'])
    expect(session.outputNames).toEqual(['y'])
    const { y } = await session.run({ x: float32([3, 2], [1, 0, 0, 1, 1, 1]) })
    expect(y).toEqual(float32([3, 2], [1, 0, 2, 0.5, 3, 0]))
    await session.dispose()
  })

  test('fetches only what is asked for', async () => {
    const model = smallModel({
      inputs: [float32Value('x', [1])],
      outputs: [float32Value('a', [1]), float32Value('b', [1])],
      nodes: [
        ['Neg', ['x'], 'a'],
        ['Abs', ['x'], 'b'],
      ],
    })
    const session = await cpu.createSession(model)
    expect(await session.run({ x: float32([1], [-2]) }, ['b'])).toEqual({ b: float32([1], [2]) })
    await session.dispose()
  })

  test('passes every element type of the port through unchanged', async () => {
    const tensors: Record<string, RuntimeTensor> = {
      float32: { dataType: 'float32', shape: [2], data: Float32Array.of(0.5, -1) },
      float64: { dataType: 'float64', shape: [2], data: Float64Array.of(1 / 3, -1) },
      int64: { dataType: 'int64', shape: [2], data: BigInt64Array.of(2n ** 62n, -1n) },
      int32: { dataType: 'int32', shape: [2], data: Int32Array.of(2 ** 30, -1) },
      uint8: { dataType: 'uint8', shape: [2], data: Uint8Array.of(255, 0) },
      int8: { dataType: 'int8', shape: [2], data: Int8Array.of(-128, 127) },
      bool: { dataType: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
    }
    for (const [name, value] of Object.entries(tensors)) {
      const info = (of: string) => ({ name: of, dataType: value.dataType, shape: [2] })
      const session = await cpu.createSession(
        smallModel({ inputs: [info('x')], outputs: [info('y')], nodes: [['Identity', ['x'], 'y']] }),
      )
      expect(await session.run({ x: value }), name).toEqual({ y: value })
      await session.dispose()
    }
  })

  test('refuses an output of an element type that never crosses the border', async () => {
    const y = { name: 'y', dataType: 'float16' as const, shape: [1] }
    const model = smallModel({
      inputs: [float32Value('x', [1])],
      outputs: [y],
      nodes: [['Cast', ['x'], 'y', { to: 10 }]],
    })
    const session = await cpu.createSession(model)
    await expect(session.run({ x: float32([1], [1]) })).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringContaining('float16'),
    })
    await session.dispose()
  })

  test('takes external data in memory that threads share, and simplifies without copying what stays', async () => {
    const values = Float32Array.from({ length: 512 }, (_, i) => i / 512)
    const shared = new Uint8Array(new SharedArrayBuffer(values.byteLength))
    shared.set(new Uint8Array(values.buffer))
    const embedded = smallModel({
      inputs: [float32Value('x', [512])],
      outputs: [float32Value('y', [512])],
      initializers: { w: float32Tensor([512], values), u: float32Tensor([512], values) },
      nodes: [
        ['Neg', ['u'], 'v'],
        ['Mul', ['x', 'w'], 'z'],
        ['Add', ['z', 'v'], 'y'],
      ],
    })
    const model = withExternalWeights(embedded, { location: 'w.bin', offset: '0', length: '2048' })
    const options = { externalData: { 'w.bin': shared } }
    const { initializers } = (await cpu.simplify(model, options)).graph
    expect(initializers.get('w')?.raw.buffer).toBe(shared.buffer)
    expect(initializers.get('v')?.raw).toEqual(new Uint8Array(values.map((value) => -value).buffer))
    const session = await cpu.createSession(model, options)
    const { y } = await session.run({ x: float32([512], Array<number>(512).fill(3)) })
    expect(y?.data).toEqual(values.map((value) => 3 * value - value))
    await session.dispose()
  })

  test('simplifies a Loop whose body has large constants of its own', async () => {
    const halves = float32Tensor([512], new Float32Array(512).fill(0.5))
    const body = bodyAttribute('body', {
      inputs: [
        { name: 'i', dataType: 'int64', shape: [] },
        { name: 'more', dataType: 'bool', shape: [] },
        float32Value('before', [512]),
      ],
      outputs: [{ name: 'goOn', dataType: 'bool', shape: [] }, float32Value('after', [512])],
      initializers: { w: halves },
      nodes: [
        ['Identity', ['more'], 'goOn'],
        ['Add', ['before', 'w'], 'after'],
      ],
    })
    const model = smallModel({
      inputs: [float32Value('x', [512])],
      outputs: [float32Value('y', [512])],
      initializers: { count: int64Tensor([], [3]), v: halves },
      nodes: [
        ['Loop', ['count', '', 'x'], 'z', { body }],
        ['Mul', ['z', 'v'], 'y'],
      ],
    })
    const session = await cpu.createSession(encodeModel(await cpu.simplify(model)))
    const { y } = await session.run({ x: float32([512], Array<number>(512).fill(1)) })
    expect(y?.data).toEqual(new Float32Array(512).fill(1.25))
    await session.dispose()
  })

  test('reads external data that is handed over in memory', async () => {
    const embedded = smallModel({
      inputs: [float32Value('x', [2])],
      outputs: [float32Value('y', [2])],
      initializers: { w: float32Tensor([2], [0, 0]) },
      nodes: [['Mul', ['x', 'w'], 'y']],
    })
    const model = withExternalWeights(embedded, { location: 'w.bin', offset: '4', length: '8' })
    const options = { externalData: { 'w.bin': new Uint8Array(Float32Array.of(99, 3, 5).buffer) } }
    const session = await cpu.createSession(model, options)
    expect(await session.run({ x: float32([2], [1, 1]) })).toEqual({ y: float32([2], [3, 5]) })
    await session.dispose()
    await expect(cpu.createSession(model)).rejects.toMatchObject({ code: 'model-unreadable' })

    const simplified = (await cpu.simplify(model, options)).graph.initializers.get('w')
    expect(simplified?.external).toBeUndefined()
    expect(simplified?.raw).toEqual(new Uint8Array(Float32Array.of(3, 5).buffer))
  })

  test('refuses to run once disposed, and disposes twice without harm', async () => {
    const session = await cpu.createSession(linear)
    await session.dispose()
    await session.dispose()
    await expect(session.run({ x: float32([1, 2], [1, 1]) })).rejects.toMatchObject({
      code: 'runtime-failed',
    })
  })
})

describe('faults', () => {
  test.each([
    ['an empty file', new Uint8Array(0)],
    ['a file of something else', new TextEncoder().encode('no model at all')],
    ['a truncated file', linear.subarray(0, linear.length - 20)],
  ])('%s is model-unreadable', async (_, bytes) => {
    await expect(cpu.createSession(bytes)).rejects.toMatchObject({ code: 'model-unreadable' })
    await expect(cpu.simplify(bytes)).rejects.toMatchObject({ code: 'model-unreadable' })
  })

  test('an unknown operator is model-unsupported and is named', async () => {
    const model = smallModel({
      inputs: [float32Value('x', [1])],
      outputs: [float32Value('y', [1])],
      nodes: [['Frobnicate', ['x'], 'y']],
    })
    await expect(cpu.createSession(model)).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringContaining('Frobnicate'),
    })
  })

  test('an opset from the future is model-unsupported', async () => {
    const model = smallModel({
      inputs: [float32Value('x', [1])],
      outputs: [float32Value('y', [1])],
      nodes: [['Neg', ['x'], 'y']],
      opset: 999,
    })
    await expect(cpu.createSession(model)).rejects.toMatchObject({ code: 'model-unsupported' })
  })

  test('feeds that do not fit are runtime-failed and say which input', async () => {
    const session = await cpu.createSession(linear)
    await expect(session.run({ x: float32([1, 3], [1, 1, 1]) })).rejects.toMatchObject({
      code: 'runtime-failed',
    })
    await expect(session.run({})).rejects.toMatchObject({
      code: 'runtime-failed',
      message: expect.stringContaining("'x'"),
    })
    await expect(session.run({ x: float32([1, 2], [1]) })).rejects.toMatchObject({ code: 'tensor-invalid' })
    await session.dispose()
  })

  test('a device that is not part of the library for this platform is refused at once', () => {
    const absent = ortDevices.find((device) => !isDeviceBuiltIn(device))
    expect(absent).toBeDefined()
    expect(() => createOrtRuntime({ device: absent! })).toThrow(
      expect.objectContaining({ code: 'runtime-failed' }),
    )
  })
})

describe('simplify', () => {
  test('folds constants and fixes the free dimensions that are given', async () => {
    const model = smallModel({
      inputs: [float32Value('x', ['batch', 2])],
      outputs: [float32Value('y', ['batch', 2])],
      initializers: { a: float32Tensor([1], [2]), b: float32Tensor([1], [3]) },
      nodes: [
        ['Add', ['a', 'b'], 'c'],
        ['Mul', ['x', 'c'], 'y'],
      ],
    })
    const { graph } = await cpu.simplify(model, { freeDimensions: { batch: 4 } })
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Mul'])
    expect(graph.inputs).toEqual([float32Value('x', [4, 2])])
  })

  test('leaves no temporary file behind, whether it succeeds or fails', async () => {
    const before = temporaryFolders()
    await cpu.simplify(linear)
    await expect(cpu.simplify(new Uint8Array(3))).rejects.toThrow()
    expect(temporaryFolders().filter((name) => !before.includes(name))).toEqual([])
  })
})

test('sessions that are disposed give their memory back', async () => {
  const megabytes = 8
  const size = megabytes * 2 ** 18
  const model = smallModel({
    inputs: [float32Value('x', [size])],
    outputs: [float32Value('y', [size])],
    initializers: { w: float32Tensor([size], new Float32Array(size).fill(2)) },
    nodes: [['Mul', ['x', 'w'], 'y']],
  })
  const x = { dataType: 'float32', shape: [size], data: new Float32Array(size) } as const
  const useOnce = async () => {
    const session = await cpu.createSession(model)
    await session.run({ x })
    await session.dispose()
  }
  for (let round = 0; round < 10; round++) await useOnce()
  const before = process.memoryUsage().rss
  const rounds = 40
  for (let round = 0; round < rounds; round++) await useOnce()
  const grownMegabytes = (process.memoryUsage().rss - before) / 2 ** 20
  expect(grownMegabytes).toBeLessThan((rounds * megabytes) / 4)
})

test('zeros around an image take part in the maximum, also after simplification', async () => {
  const model = smallModel({
    inputs: [float32Value('x', [1, 1, 2, 2])],
    outputs: [float32Value('y', null)],
    initializers: { pads: int64Tensor([8], [0, 0, 1, 1, 0, 0, 1, 1]) },
    nodes: [
      ['Pad', ['x', 'pads'], 'padded'],
      ['MaxPool', ['padded'], 'y', { kernel_shape: [2, 2], strides: [2, 2] }],
    ],
  })
  for (const bytes of [model, encodeModel(await cpu.simplify(model))]) {
    const session = await cpu.createSession(bytes)
    const { y } = await session.run({ x: float32([1, 1, 2, 2], [-1, -2, -3, -4]) })
    expect([...(y?.data ?? [])]).toEqual([0, 0, 0, 0])
    await session.dispose()
  }
})

describeWithSoftwareWebgpu('a session on WebGPU', () => {
  test('computes what the CPU computes', async () => {
    const webgpu = createOrtRuntime({ device: 'webgpu' })
    const session = await webgpu.createSession(linear)
    expect(await session.run({ x: float32([2, 2], [1, 0, 0, 1]) })).toEqual({
      y: float32([2, 2], [1, 0, 2, 0.5]),
    })
    await session.dispose()
  }, 60_000)
})
