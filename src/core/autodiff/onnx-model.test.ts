import { describe, expect, test } from 'vitest'
import { distinctValues } from '../../../test/support/check-rule.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { LossKind, LossSpec } from '../model/ports.ts'
import type { Runtime, SessionOptions } from '../model/runtime.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import type { DataType } from '../onnx/data-type.ts'
import { bytesOf, float32Tensor, type OnnxTensor } from '../onnx/onnx-tensor.ts'
import { concatenate, sampleOf, tensor, type Shape, type Tensor } from '../tensor/tensor.ts'
import { createOnnxModel, type OnnxModelOptions } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

/** The bytes of a graph that ends in what `build` returns. */
function model(build: (graph: GraphBuilder) => string, opset = 17): Uint8Array {
  const graph = new GraphBuilder({ opset })
  graph.output(build(graph))
  return encodeModel(graph.build())
}

const open = (bytes: Uint8Array, options: Partial<OnnxModelOptions> = {}) =>
  createOnnxModel({ bytes, runtime, ...options })

/** Logits [N, 3] of x [N, 4]. */
function linear(graph: GraphBuilder): string {
  const x = graph.input('x', ['batch', 4])
  return graph.node('Gemm', [
    x,
    graph.floats([4, 3], distinctValues([4, 3]).data),
    graph.floats([3], [0.1, 0.2, -0.3]),
  ])
}

/** Logits [N, 3, 2, 2] of x [N, 2, 2, 2]. */
function dense(graph: GraphBuilder): string {
  const x = graph.input('x', ['batch', 2, 2, 2])
  return graph.node('Conv', [x, graph.floats([3, 2, 1, 1], distinctValues([3, 2]).data)])
}

const x = distinctValues([2, 4])
const image = distinctValues([2, 2, 2, 2])

function oneHot(shape: Shape): Tensor {
  const target = tensor(shape)
  const [samples = 1, classes = 1, ...rest] = shape
  const pixels = rest.reduce((product, extent) => product * extent, 1)
  for (let index = 0; index < samples * pixels; index++)
    target.data[(Math.floor(index / pixels) * classes + (index % classes)) * pixels + (index % pixels)] = 1
  return target
}

describe('losses', () => {
  const soft = distinctValues([2, 3], 0.1, 0.6)
  const softDense = distinctValues([2, 3, 2, 2], 0.1, 0.6)
  const terms = (...targets: Tensor[]): LossSpec['terms'] =>
    targets.map((target, index) => ({ target, weight: index === 0 ? 1 : -0.7 }))
  const cases: readonly [LossSpec['kind'], string, LossSpec['terms'], boolean][] = [
    ['cross-entropy', 'two soft targets', terms(oneHot([2, 3]), soft), false],
    ['cross-entropy', 'dense', terms(oneHot([2, 3, 2, 2]), softDense), true],
    ['binary-cross-entropy', 'two targets', terms(oneHot([2, 3]), soft), false],
    ['binary-cross-entropy', 'dense', terms(softDense), true],
    ['mse', 'two targets', terms(soft, oneHot([2, 3])), false],
    ['mse', 'dense', terms(softDense), true],
    ['huber', 'two targets', terms(soft, oneHot([2, 3])), false],
    ['huber', 'dense', terms(softDense), true],
    ['margin', 'two targets', terms(oneHot([2, 3]), oneHot([2, 3])), false],
    ['margin', 'dense', terms(oneHot([2, 3, 2, 2])), true],
    ['dice', 'two targets', terms(oneHot([2, 3, 2, 2]), softDense), true],
    ['binary-dice', 'two targets', terms(oneHot([2, 3, 2, 2]), softDense), true],
    [
      { 'cross-entropy': 0.5, dice: 2 },
      'a mixture, two targets',
      terms(oneHot([2, 3, 2, 2]), softDense),
      true,
    ],
    ['dot', 'two targets', terms(soft, oneHot([2, 3])), false],
  ]

  test.each(cases)(
    '%j (%s): gradient and loss agree by differences, each sample on its own',
    async (kind, _, lossTerms, isDense) => {
      const network = await open(model(isDense ? dense : linear))
      const at = isDense ? image : x
      const loss: LossSpec = { kind, terms: lossTerms }
      const { gradient } = await network.lossAndGradient(at, loss)
      const step = 0.02
      const moved = async (factor: number): Promise<Float32Array> => {
        const data = at.data.map((value, index) => value + factor * step * (gradient.data[index] ?? 0))
        return (await network.lossAndGradient(tensor(at.shape, data), loss)).loss
      }
      const [far, back, near, nearBack] = [await moved(2), await moved(-2), await moved(1), await moved(-1)]
      for (const sample of [0, 1]) {
        const slope = (8 * (near[sample]! - nearBack[sample]!) - (far[sample]! - back[sample]!)) / (12 * step)
        const square = sampleOf(gradient, sample).data.reduce((sum, each) => sum + each * each, 0)
        expect(Math.abs(slope / square - 1)).toBeLessThan(1e-3)
      }
      await network.dispose()
    },
  )

  const logits = { shape: [1, 2], data: Float32Array.of(2, -1) }
  const identity = model((graph) => graph.node('Neg', [graph.node('Neg', [graph.input('x', ['batch', 2])])]))
  test.each<[LossKind, number[], number]>([
    ['cross-entropy', [0, 1], Math.log(Math.exp(2) + Math.exp(-1)) + 1],
    ['binary-cross-entropy', [1, 0], (Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-1))) / 2],
    ['mse', [1, 1], (1 + 4) / 2],
    ['huber', [1.5, 3], (0.125 + 3.5) / 2],
    ['margin', [1, 0], -3],
    ['dot', [3, 5], 1],
  ])('%s has the value of its definition', async (kind, target, expected) => {
    const network = await open(identity)
    const result = await network.lossAndGradient(logits, {
      kind,
      terms: [{ target: tensor([1, 2], Float32Array.from(target)), weight: 2 }],
    })
    expect(result.loss[0]).toBeCloseTo(2 * expected, 5)
    await network.dispose()
  })

  const four = tensor([1, 4], Float32Array.of(2, -1, 0.5, -3))
  test.each<[LossKind, number[], number, number[]]>([
    // (0.5 − 2) / (2 + 1) and, away from another label, (2 + 1) / (2 + 1), which nothing changes; derivatives
    // by the quotient rule.
    ['dlr', [1, 0, 0, 0], -1.5 / 3, [-1 / 3 + 1.5 / 9, -1.5 / 9, 1 / 3, 0]],
    ['dlr', [0, 0, 1, 0], 1.5 / 3, [1 / 3 - 1.5 / 9, 1.5 / 9, -1 / 3, 0]],
    // (−3 − 2) / (2 − (−1 − 3) / 2)
    ['targeted-dlr', [-1, 0, 0, 1], -5 / 4, [-1 / 4 + 5 / 16, -5 / 32, 0, 1 / 4 - 5 / 32]],
  ])('%s of %j has the value and the derivative of its definition', async (kind, target, value, slope) => {
    const network = await open(
      model((graph) => graph.node('Neg', [graph.node('Neg', [graph.input('x', ['batch', 4])])])),
    )
    const terms = [{ target: tensor([1, 4], Float32Array.from(target)), weight: 1 }]
    const { loss, gradient } = await network.lossAndGradient(four, { kind, terms })
    expect(loss[0]).toBeCloseTo(value, 6)
    gradient.data.forEach((each, k) => {
      expect(each).toBeCloseTo(slope[k]!, 6)
    })
    await network.dispose()
  })

  test('the difference of logits ratio refuses too few classes', async () => {
    const network = await open(identity)
    const terms = [{ target: tensor([1, 2], Float32Array.of(1, 0)), weight: 1 }]
    await expect(network.lossAndGradient(logits, { kind: 'dlr', terms })).rejects.toThrow(
      'at least 3 classes, got [1, 2]',
    )
  })

  test('dice has the value of its definition: one channel, sigmoid', async () => {
    const network = await open(
      model((graph) => graph.node('Neg', [graph.node('Neg', [graph.input('x', ['batch', 1, 1, 2])])])),
    )
    const z = tensor([1, 1, 1, 2], Float32Array.of(2, -1))
    const target = tensor([1, 1, 1, 2], Float32Array.of(1, 0))
    const [p, q] = [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(1))]
    const { loss } = await network.lossAndGradient(z, { kind: 'dice', terms: [{ target, weight: 1 }] })
    expect(loss[0]).toBeCloseTo(1 - (2 * p) / (p + q + 1), 5)
  })

  test('SMIA’s two terms that cancel leave no gradient', async () => {
    const network = await open(model(linear))
    const target = oneHot([2, 3])
    const { gradient, loss } = await network.lossAndGradient(x, {
      kind: 'cross-entropy',
      terms: [
        { target, weight: 1 },
        { target, weight: -1 },
      ],
    })
    expect([...gradient.data, ...loss].every((value) => Math.abs(value) < 1e-7)).toBe(true)
  })
})

describe('inputs', () => {
  const network = (dataType: DataType, constant: (values: Float32Array) => OnnxTensor) => {
    const graph = new GraphBuilder()
    const input = graph.input('x', ['batch', 4], dataType)
    const cast = dataType === 'uint8' ? graph.node('Cast', [input], { to: 1 }) : input
    const weights = graph.constant(constant(distinctValues([4, 3]).data))
    graph.output(graph.node('Tanh', [graph.node('MatMul', [cast, weights])]))
    return open(encodeModel(graph.build()))
  }
  const single = (values: Float32Array) => float32Tensor([4, 3], values)

  test.each<[DataType, (values: Float32Array) => OnnxTensor]>([
    [
      'float64',
      (values) => ({ dataType: 'float64', shape: [4, 3], raw: bytesOf(Float64Array.from(values)) }),
    ],
    ['uint8', single],
  ])('of %s are run, and differentiated, as float32', async (dataType, constant) => {
    const [ours, plain] = await Promise.all([network(dataType, constant), network('float32', single)])
    const loss: LossSpec = { kind: 'dot', terms: [{ target: distinctValues([2, 3]), weight: 1 }] }
    expect(await ours.lossAndGradient(x, loss)).toEqual(await plain.lossAndGradient(x, loss))
    await Promise.all([ours.dispose(), plain.dispose()])
  })
})

describe('batches', () => {
  const fixed = (reshape: readonly number[]) =>
    model((graph) => {
      const input = graph.input('x', [1, 2, 2, 2])
      const flat = graph.node('Reshape', [graph.node('Relu', [input]), graph.ints(reshape)])
      return graph.node('Gemm', [flat, graph.floats([8, 3], distinctValues([8, 3]).data)])
    })

  test('of any size run on a model that was exported with one', async () => {
    const network = await open(fixed([-1, 8]))
    const loss = (count: number): LossSpec => ({
      kind: 'dot',
      terms: [{ target: tensor([count, 3], new Float32Array(count * 3).fill(1)), weight: 1 }],
    })
    const both = await network.lossAndGradient(image, loss(2))
    const alone = await Promise.all(
      [0, 1].map((index) => network.lossAndGradient(sampleOf(image, index), loss(1))),
    )
    const separately = concatenate(alone.map(({ gradient }) => gradient))
    both.gradient.data.forEach((value, index) => {
      expect(value).toBeCloseTo(separately.data[index]!, 6)
    })
  })

  const fixedTo = (count: number, free = false) =>
    model((graph) => {
      const input = graph.input('x', [free ? 'N' : count, 2, 2, 2])
      const flat = graph.node('Reshape', [graph.node('Relu', [input]), graph.ints([count, -1])])
      return graph.node('Gemm', [flat, graph.floats([8, 3], distinctValues([8, 3]).data)])
    })

  test.each([
    ['one, which its file says', fixedTo(1)],
    ['four, which its file says', fixedTo(4)],
    ['four, which no shape of its file says', fixedTo(4, true)],
  ])('of any size run on a graph that takes %s', async (_, bytes) => {
    const [network, whole] = await Promise.all([open(bytes), open(fixed([-1, 8]))])
    for (const count of [1, 4, 5]) {
      const images = distinctValues([count, 2, 2, 2])
      const terms = [2, -1].map((weight) => ({ target: distinctValues([count, 3], weight), weight }))
      const loss: LossSpec = { kind: 'cross-entropy', terms }
      const [found, expected] = [await network.predict(images), await whole.predict(images)]
      expect(found.shape).toEqual([count, 3])
      const [ours, theirs] = [
        await network.lossAndGradient(images, loss),
        await whole.lossAndGradient(images, loss),
      ]
      const pairs = [[found, expected], [ours.gradient, theirs.gradient], [ours.logits, theirs.logits]] as const // prettier-ignore
      for (const [one, other] of pairs)
        one.data.forEach((value, i) => {
          expect(value).toBeCloseTo(other.data[i]!, 5)
        })
      expect(ours.loss).toHaveLength(count)
    }
    await Promise.all([network.dispose(), whole.dispose()])
  })

  test('whose samples a constant Reshape would mix are run one by one', async () => {
    const mixing = model((graph) => {
      const rows = graph.node('Reshape', [graph.input('x', ['N', 2, 2, 2]), graph.ints([1, -1, 8])])
      const centred = graph.node('Sub', [rows, graph.node('ReduceMean', [rows], { axes: [1] })])
      return graph.node('Reshape', [graph.node('Add', [rows, graph.node('Mul', [centred, graph.floats([1], [3])])]), graph.ints([-1, 8])]) // prettier-ignore
    })
    const [network, alone] = await Promise.all([open(mixing), open(mixing)])
    const images = distinctValues([3, 2, 2, 2])
    const found = await network.predict(images)
    const separate = []
    for (const n of [0, 1, 2]) separate.push(await alone.predict(sampleOf(images, n)))
    expect(found).toEqual(concatenate(separate))
    await Promise.all([network.dispose(), alone.dispose()])
  })

  test('that no size makes run are an error that names the constant Reshape, and today’s exporter', async () => {
    const network = await open(fixed([1, 7]), { file: 'fixed.onnx' })
    await expect(network.predict(image)).rejects.toMatchObject({
      code: 'model-unsupported',
      file: 'fixed.onnx',
      message: expect.stringContaining("made for 1: Reshape 'Reshape_1'"),
      tip: expect.stringContaining('dynamic_shapes'),
    })
    await network.dispose()
  })

  test('of another sample shape are an error that names both', async () => {
    await expect((await open(fixed([-1, 8]))).predict(x)).rejects.toThrow(
      "Model input 'x': expected [any, 2, 2, 2], got [2, 4]",
    )
  })
})

describe('refusals', () => {
  test('an operator without a rule names operator and node', async () => {
    const graph = new GraphBuilder({ domains: { 'com.microsoft': 1 } })
    const anchors = graph.floats([3, 4], distinctValues([3, 4]).data)
    graph.output(
      graph.node('com.microsoft:CDist', [graph.input('x', ['batch', 4]), anchors], { metric: 'euclidean' }),
    )
    const network = await open(encodeModel(graph.build()), { file: 'distances.onnx' })
    expect((await network.predict(x)).shape).toEqual([2, 3])
    await expect(
      network.lossAndGradient(x, { kind: 'dot', terms: [{ target: tensor([2, 3]), weight: 1 }] }),
    ).rejects.toMatchObject({
      code: 'model-unsupported',
      file: 'distances.onnx',
      message:
        "com.microsoft.CDist: no gradient rule (node 'CDist_0'); the file is optimised for ONNX Runtime",
    })
  })

  test('an output without a gradient is an error, not a zero', async () => {
    const network = await open(model((graph) => graph.node('Floor', [linear(graph)])))
    await expect(
      network.lossAndGradient(x, { kind: 'dot', terms: [{ target: tensor([2, 3]), weight: 1 }] }),
    ).rejects.toThrow(/expected a differentiable path from 'x'/)
  })

  test('two images are an error that lists their names', async () => {
    const bytes = model((graph) =>
      graph.node('Add', [graph.input('left', ['n', 2]), graph.input('right', ['n', 2])]),
    )
    await expect(open(bytes)).rejects.toThrow('expected one numeric input, got left, right')
    await expect(open(bytes, { inputName: 'left' })).rejects.toThrow("got none for one of 'right'")
    await expect(open(bytes, { inputName: 'middle' })).rejects.toThrow(
      "expected an input 'middle', got left, right",
    )
  })

  test('two outputs are an error until one is named', async () => {
    const graph = new GraphBuilder()
    const logits = linear(graph)
    graph.output(logits)
    const features = graph.output(graph.node('Tanh', [logits]))
    const bytes = encodeModel(graph.build())
    await expect(open(bytes)).rejects.toThrow(`expected one float32 output, got ${logits}, ${features}`)
    expect((await (await open(bytes, { outputName: features })).predict(x)).shape).toEqual([2, 3])
  })

  test('a target of another shape names both', async () => {
    const network = await open(model(linear))
    await expect(
      network.lossAndGradient(x, { kind: 'mse', terms: [{ target: tensor([2, 5]), weight: 1 }] }),
    ).rejects.toThrow("expected a target of the logits' shape [2, 3], got [2, 5]")
  })

  test('no target is an error', async () => {
    await expect((await open(model(linear))).lossAndGradient(x, { kind: 'mse', terms: [] })).rejects.toThrow(
      /at least one target/,
    )
  })
})

test('a half-precision model runs in float32', async () => {
  const bytes = model((graph) => {
    const weights = graph.constant({
      dataType: 'float16',
      shape: [4, 1],
      raw: bytesOf(Uint16Array.of(0x3800, 0xbc00, 0x3c00, 0x4000)),
    })
    return graph.node('MatMul', [graph.node('Cast', [graph.input('x', ['batch', 4])], { to: 10 }), weights])
  })
  const network = await open(bytes)
  const { gradient } = await network.lossAndGradient(x, {
    kind: 'dot',
    terms: [{ target: tensor([2, 1], Float32Array.of(1, 1)), weight: 1 }],
  })
  expect([...gradient.data]).toEqual([0.5, -1, 1, 2, 0.5, -1, 1, 2])
})

describe('what the runtime is given', () => {
  const weights = distinctValues([512, 3])
  /** The file's weights take 6 KB. */
  const bytes = model((graph) => {
    const input = graph.input('x', ['batch', 512])
    return graph.node('Gemm', [input, graph.floats([512, 3], weights.data)])
  })

  /**
   * The runtime, and what it is asked for: the message's bytes, and whether the weights beside it are the
   * file's.
   */
  function watched() {
    const simplified: [bytes: number, areShared: boolean][] = []
    const sessions: [bytes: number, areShared: boolean][] = []
    const seen = (message: Uint8Array, { externalData = {} }: SessionOptions = {}) => {
      const beside = Object.values(externalData)
      const areShared = beside.length === 1 && beside.every(({ buffer }) => buffer === bytes.buffer)
      return [message.byteLength, areShared] as [number, boolean]
    }
    const asked: Runtime = {
      device: 'cpu',
      createSession: (message, given) => {
        sessions.push(seen(message, given))
        return runtime.createSession(message, given)
      },
      simplify: (message, given) => {
        simplified.push(seen(message, given))
        return runtime.simplify(message, given)
      },
    }
    return { asked, simplified, sessions }
  }

  test('is one session to learn shapes, one to predict, one for each loss; weights are shared, never written', async () => {
    const { asked, simplified, sessions } = watched()
    const network = await open(bytes, { runtime: asked })
    const input = distinctValues([2, 512])
    const terms = [{ target: oneHot([2, 3]), weight: 1 }]
    for (let round = 0; round < 2; round++) {
      await network.predict(input)
      await network.lossAndGradient(input, { kind: 'cross-entropy', terms })
    }
    expect(simplified.map(([, areShared]) => areShared)).toEqual([true])
    expect(sessions.map(([, areShared]) => areShared)).toEqual([true, true, true])
    for (const [size] of [...simplified, ...sessions]) expect(size).toBeLessThan(weights.data.byteLength / 2)
    await network.dispose()
  })

  test('is no session to predict where a gradient alone is asked for', async () => {
    const { asked, sessions } = watched()
    const network = await open(bytes, { runtime: asked })
    const terms = [{ target: oneHot([2, 3]), weight: 1 }]
    await network.lossAndGradient(distinctValues([2, 512]), { kind: 'cross-entropy', terms })
    expect(sessions).toHaveLength(2)
    await network.dispose()
  })
})
