import { expect, test } from 'vitest'
import { checkRule, distinctValues, ruleTolerance } from '../../../../test/support/check-rule.ts'
import { bodyAttribute, float32Value, type NodeRow } from '../../../../test/support/onnx-models.ts'
import { controlFlow } from '../../../../test/support/rule-cases/control-flow.ts'
import { nameOf } from '../../../../test/support/rule-cases/values.ts'
import { createOrtRuntime } from '../../../adapters/ort/runtime.ts'
import type { LossSpec } from '../../model/ports.ts'
import { encodeModel } from '../../onnx/codec.ts'
import { GraphBuilder } from '../../onnx/graph-builder.ts'
import type { Attribute } from '../../onnx/graph.ts'
import { float32Tensor, int64Tensor } from '../../onnx/onnx-tensor.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { createOnnxModel } from '../onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

test.each(controlFlow.map((each) => [nameOf(each), each] as const))(
  '%s: the gradient of what is written out agrees with differences',
  async (_, ruleCase) => {
    expect(await checkRule(ruleCase)).toBeLessThan(ruleTolerance)
    expect(await checkRule(ruleCase, { simplify: true })).toBeLessThan(ruleTolerance)
  },
)

const at = distinctValues([2, 4])

function dot(shape: readonly number[] = [2, 4]): LossSpec {
  const ones = tensor(shape)
  ones.data.fill(1)
  return { kind: 'dot', terms: [{ target: ones, weight: 1 }] }
}

/** A branch that computes its output from values around it, the last row giving it. */
function branch(
  name: string,
  rows: readonly NodeRow[],
  shape: readonly (number | null)[] = [null, 4],
): Attribute {
  const own = (value: string): string => (/^(x|v\d+|c\d+)$/.test(value) ? value : `${name}_${value}`)
  const nodes = rows.map(
    ([op, inputs, output, attributes]) => [op, inputs.map(own), own(output), attributes] as NodeRow,
  )
  return bodyAttribute(name, { inputs: [], outputs: [float32Value(nodes.at(-1)?.[2] ?? '', shape)], nodes })
}

interface Branches {
  readonly then: readonly NodeRow[]
  readonly otherwise: readonly NodeRow[]
  readonly shapes?: readonly (readonly (number | null)[])[]
}

/** x [N, 4] → one branch where the largest value is above `threshold`, and the other elsewhere; c1 is 2. */
function withIf(threshold: number, { then, otherwise, shapes = [] }: Branches): Uint8Array {
  const graph = new GraphBuilder()
  const x = graph.input('x', ['batch', 4])
  const isAbove = graph.node('Greater', [
    graph.node('ReduceMax', [x], { keepdims: 0 }),
    graph.floats([], [threshold]),
  ])
  graph.floats([], [2])
  const attributes = {
    then_branch: branch('then_branch', then, shapes[0]),
    else_branch: branch('else_branch', otherwise, shapes[1]),
  }
  graph.output(graph.node('If', [isAbove], attributes))
  return encodeModel(graph.build())
}

async function gradientOf(
  bytes: Uint8Array,
  loss = dot(),
): Promise<{ prediction: Tensor; gradient: Tensor }> {
  const model = await createOnnxModel({ bytes, runtime, file: 'branches.onnx' })
  const { gradient, logits } = await model.lossAndGradient(at, loss)
  const prediction = await model.predict(at)
  await model.dispose()
  expect(logits).toEqual(prediction)
  return { prediction, gradient }
}

const exponential: readonly NodeRow[] = [
  ['Neg', ['x'], 'inner'],
  ['Exp', ['inner'], 'outer'],
]
const hyperbolic: readonly NodeRow[] = [['Tanh', ['x'], 'outer']]

test.each([
  [0, (v: number) => Math.exp(-v), (v: number) => -Math.exp(-v)],
  [9, Math.tanh, (v: number) => 1 - Math.tanh(v) ** 2],
])(
  'an If that depends on the image has the gradient of the branch that is taken (above %s)',
  async (threshold, f, slope) => {
    const { prediction, gradient } = await gradientOf(
      withIf(threshold, { then: exponential, otherwise: hyperbolic }),
    )
    at.data.forEach((value, index) => {
      expect(prediction.data[index]).toBeCloseTo(f(value), 5)
      expect(gradient.data[index]).toBeCloseTo(slope(value), 5)
    })
  },
)

test('each image of a batch takes its own branch', async () => {
  const rows = distinctValues([4])
  const batch = tensor([2, 4], Float32Array.from([...rows.data, ...rows.data.map((value) => value - 9)]))
  const bytes = withIf(0, { then: exponential, otherwise: hyperbolic })
  const model = await createOnnxModel({ bytes, runtime })
  const { gradient } = await model.lossAndGradient(batch, dot())
  await model.dispose()
  batch.data.forEach((value, index) => {
    expect(gradient.data[index]).toBeCloseTo(index < 4 ? -Math.exp(-value) : 1 - Math.tanh(value) ** 2, 5)
  })
})

test('nothing comes back from the branch that is not taken, even where its slope is infinite or NaN', async () => {
  // log(x) of negative values, and sqrt(x − x), whose slope is ∞: 0 · NaN and 0 · ∞ if they came back.
  const poles: readonly NodeRow[] = [
    ['Log', ['x'], 'log'],
    ['Sub', ['x', 'x'], 'nothing'],
    ['Sqrt', ['nothing'], 'root'],
    ['Add', ['log', 'root'], 'outer'],
  ]
  const { gradient } = await gradientOf(withIf(9, { then: poles, otherwise: hyperbolic }))
  at.data.forEach((value, index) => {
    expect(gradient.data[index]).toBeCloseTo(1 - Math.tanh(value) ** 2, 5)
  })
})

test('an If inside of an If has the gradient of the innermost branch that is taken', async () => {
  const graph = new GraphBuilder()
  const x = graph.input('x', ['batch', 4])
  const largest = graph.node('ReduceMax', [x], { keepdims: 0 })
  const [low, high] = [0, 9].map((value) => graph.node('Greater', [largest, graph.floats([], [value])]))
  const inner = bodyAttribute('then_branch', {
    inputs: [],
    outputs: [float32Value('chosen', [null, 4])],
    nodes: [
      ['Mul', [x, x], 'square'],
      [
        'If',
        [high!],
        'chosen',
        {
          then_branch: branch('then_branch', [['Log', ['x'], 'deep']]),
          else_branch: bodyAttribute('else_branch', {
            inputs: [],
            outputs: [float32Value('cube', [null, 4])],
            nodes: [['Mul', ['square', x], 'cube']],
          }),
        },
      ],
    ],
  })
  graph.output(
    graph.node('If', [low!], { then_branch: inner, else_branch: branch('else_branch', hyperbolic) }),
  )
  const { gradient } = await gradientOf(encodeModel(graph.build()))
  at.data.forEach((value, index) => {
    expect(gradient.data[index]).toBeCloseTo(3 * value ** 2, 5)
  })
})

test('an If whose branches differ in shape predicts, and refuses a gradient by name', async () => {
  const wide: readonly NodeRow[] = [['Concat', ['x', 'x'], 'outer', { axis: 1 }]]
  const bytes = withIf(9, {
    then: wide,
    otherwise: [
      ['Mul', ['x', 'c1'], 'double'],
      ['Tanh', ['double'], 'outer'],
    ],
    shapes: [
      [null, 8],
      [null, 4],
    ],
  })
  const model = await createOnnxModel({ bytes, runtime, file: 'branches.onnx' })
  const prediction = await model.predict(at)
  prediction.data.forEach((value, index) => {
    expect(value).toBeCloseTo(Math.tanh(2 * at.data[index]!), 5)
  })
  await expect(model.lossAndGradient(at, dot())).rejects.toMatchObject({
    code: 'model-unsupported',
    file: 'branches.onnx',
    message: expect.stringMatching(
      /^If: no gradient, since it depends on the image, and its branches differ in shape, float32 \[1, 8\] and float32 \[1, 4\] \(node 'If_\d'\)$/,
    ),
    tip: expect.stringContaining('torch.where'),
  })
  await model.dispose()
})

test('an If with a size in a branch that depends on the image predicts, and refuses a gradient by name', async () => {
  const cut: readonly NodeRow[] = [
    ['NonZero', ['x'], 'where'],
    ['Shape', ['where'], 'size'],
    ['Cast', ['size'], 'number', { to: 1 }],
    ['ReduceMax', ['number'], 'most', { keepdims: 0 }],
    ['Mul', ['x', 'most'], 'outer'],
  ]
  const bytes = withIf(9, { then: cut, otherwise: hyperbolic })
  const model = await createOnnxModel({ bytes, runtime })
  const { data } = await model.predict(at)
  expect(data[0]).toBeCloseTo(Math.tanh(at.data[0]!), 5)
  await expect(model.lossAndGradient(at, dot())).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringMatching(
      /^If: no gradient, since .*NonZero: the size of its result depends on the image/,
    ),
  })
  await model.dispose()
})

/** x [N, 4] → tanh applied `count` times, in a Loop that may end early. */
function withLoop(count: (graph: GraphBuilder, x: string) => string, goesOn?: NodeRow): Uint8Array {
  const graph = new GraphBuilder()
  const x = graph.input('x', ['batch', 4])
  const body = bodyAttribute('body', {
    inputs: [
      { name: 'i', dataType: 'int64', shape: [] },
      { name: 'go', dataType: 'bool', shape: [] },
      float32Value('h', [null, 4]),
    ],
    outputs: [{ name: 'goOn', dataType: 'bool', shape: [] }, float32Value('next', [null, 4])],
    nodes: [['Tanh', ['h'], 'next'], ...(goesOn === undefined ? [] : [['ReduceMax', ['h'], 'most', { keepdims: 0 }] as const]), goesOn ?? ['Identity', ['go'], 'goOn']], // prettier-ignore
    initializers: { bound: float32Tensor([], [9]) },
  })
  graph.output(graph.node('Loop', [count(graph, x), '', x], { body }))
  return encodeModel(graph.build())
}

// h ← 2 h as long as a counter that is carried on is below 3, whatever the image is; no bound on the steps.
test('a Loop that ends by a condition on its own counter has a gradient', async () => {
  const graph = new GraphBuilder()
  const x = graph.input('x', ['batch', 4])
  const factor = graph.floats([], [2])
  const body = bodyAttribute('body', {
    inputs: [
      { name: 'i', dataType: 'int64', shape: [] },
      { name: 'go', dataType: 'bool', shape: [] },
      { name: 'count', dataType: 'int64', shape: [] },
      float32Value('h', [null, 4]),
    ],
    outputs: [
      { name: 'goOn', dataType: 'bool', shape: [] },
      { name: 'counted', dataType: 'int64', shape: [] },
      float32Value('next', [null, 4]),
    ],
    nodes: [
      ['Add', ['count', 'one'], 'counted'],
      ['Less', ['counted', 'three'], 'goOn'],
      ['Mul', ['h', factor], 'next'],
    ],
    initializers: { one: int64Tensor([], [1]), three: int64Tensor([], [3]) },
  })
  const zero = graph.constant(int64Tensor([], [0]))
  const [, last = ''] = graph.nodeWithOutputs('Loop', ['', '', zero, x], 2, { body })
  graph.output(last)
  const { prediction, gradient } = await gradientOf(encodeModel(graph.build()))
  expect([...gradient.data]).toEqual(Array(8).fill(8))
  expect([...prediction.data]).toEqual([...at.data].map((value) => 8 * value))
})

test('an If that can not be written out does not keep others from it', async () => {
  const graph = new GraphBuilder()
  const x = graph.input('x', ['batch', 4])
  const isAbove = graph.node('Greater', [
    graph.node('ReduceMax', [x], { keepdims: 0 }),
    graph.floats([], [9]),
  ])
  // Its branches differ in shape; only its size is used.
  const odd = graph.node('If', [isAbove], {
    then_branch: branch('then_branch', [['Concat', [x, x], 'outer', { axis: 1 }]], [null, 8]),
    else_branch: branch('else_branch', hyperbolic),
  })
  const columns = graph.node('Gather', [graph.node('Shape', [odd]), graph.constant(int64Tensor([], [1]))])
  const factor = graph.node('Cast', [columns], { to: 1 })
  const even = graph.node('If', [isAbove], {
    then_branch: branch('then_branch', [['Cos', ['x'], 'cosine']]),
    else_branch: branch('else_branch', [['Sin', ['x'], 'sine']]),
  })
  graph.output(graph.node('Mul', [even, factor]))
  const { gradient } = await gradientOf(encodeModel(graph.build()))
  at.data.forEach((value, index) => {
    expect(gradient.data[index]).toBeCloseTo(4 * Math.cos(value), 5)
  })
})

const fixed = (steps: number) => (graph: GraphBuilder) => graph.constant(int64Tensor([], [steps]))

test.each([
  [
    'by its count',
    withLoop((graph, x) =>
      graph.node('Cast', [graph.node('ReduceMax', [graph.node('Abs', [x])], { keepdims: 0 })], { to: 7 }),
    ),
    /^Loop: no gradient, since the number of its steps depends on the image \(node 'Loop_\d'\)$/,
  ],
  [
    'by its condition',
    withLoop(fixed(3), ['Less', ['most', 'bound'], 'goOn']),
    /^Loop: no gradient, since the number of its steps depends on the image \(node 'Loop_\d'\)$/,
  ],
  [
    'by its length',
    withLoop(fixed(20_000)),
    /^Loop: no gradient, since its 20000 steps of \d operators are too many to be written out \(at most 5000 operators in all\) \(node 'Loop_\d'\)$/,
  ],
])(
  'a Loop that can not be written out, %s, predicts and refuses a gradient by name',
  async (_, bytes, message) => {
    const model = await createOnnxModel({ bytes, runtime, file: 'loop.onnx' })
    expect((await model.predict(at)).shape).toEqual([2, 4])
    await expect(model.lossAndGradient(at, dot())).rejects.toMatchObject({
      code: 'model-unsupported',
      file: 'loop.onnx',
      message: expect.stringMatching(message),
    })
    await model.dispose()
  },
)
