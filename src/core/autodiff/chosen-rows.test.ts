import { expect, test } from 'vitest'
import { bodyAttribute, type SmallModel } from '../../../test/support/onnx-models.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { encodeModel } from '../onnx/codec.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import { float32Tensor, int64Tensor } from '../onnx/onnx-tensor.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { obstaclesOf } from './obstacles.ts'
import { createOnnxModel } from './onnx-model.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

/** Corners x0, y0, x1, y1 of four boxes that hardly overlap, and the pixels that are their objectness. */
const boxes = [0.2, 0.1, 3.4, 2.9, 4.1, 0.3, 7.7, 6.8, 0.6, 4.2, 3.3, 7.1, 3.6, 3.7, 6.2, 5.9]
const objectness = [0, 9, 18, 27]

interface Proposals extends TwoStage {
  readonly scores: string
}

interface TwoStage {
  readonly graph: GraphBuilder
  readonly x: string
  /** Corners of the proposals and how many of them at most go on. */
  readonly proposals: string
}

/**
 * The first stage as torchvision exports it: boxes above a threshold, what suppression keeps of them, and the
 * first three of those.
 */
function firstStage(kept: (stage: Proposals) => string): TwoStage {
  const graph = new GraphBuilder({ opset: 17 })
  const x = graph.input('x', [1, 1, 8, 8])
  const flat = graph.node('Reshape', [x, graph.ints([-1])])
  const scores = graph.node('Gather', [flat, graph.ints(objectness)], { axis: 0 })
  const above = placesOf(graph, graph.node('Greater', [scores, graph.floats([], [0])]))
  const rows = (data: string) => graph.node('Gather', [data, above], { axis: 0 })
  const all = rows(graph.floats([4, 4], boxes))
  const choice = kept({ graph, x, proposals: all, scores: rows(scores) })
  const first = [0, 3, 0].map((value) => graph.ints([value]))
  const best = graph.node('Slice', [choice, ...first])
  return { graph, x, proposals: graph.node('Gather', [all, best], { axis: 0 }) }
}

/** Where a mask is true, as torch.where(mask)[0]. */
function placesOf(graph: GraphBuilder, mask: string): string {
  const indices = graph.node('Transpose', [graph.node('NonZero', [mask])], { perm: [1, 0] })
  return graph.node('Squeeze', [
    graph.node('Split', [indices, graph.ints([1])], { axis: 1 }),
    graph.ints([1]),
  ])
}

const suppression = ({ graph, proposals, scores }: Proposals): string => {
  const [batched, each] = [[proposals, [0]] as const, [scores, [0, 1]] as const].map(([value, axes]) =>
    graph.node('Unsqueeze', [value, graph.ints(axes)]),
  )
  const most = graph.constant(int64Tensor([1], [2 ** 40]))
  const chosen = graph.node('NonMaxSuppression', [batched ?? '', each ?? '', most, graph.floats([], [0.5])])
  const column = graph.node('Gather', [chosen, graph.ints([2])], { axis: 1 })
  return graph.node('Squeeze', [column, graph.ints([1])])
}

/**
 * The second stage as torchvision exports it: regions pooled from the level that suits their width, written
 * to their places by ScatterElements, and two scores of each.
 */
function secondStage({ graph, x, proposals }: TwoStage): string {
  const features = graph.node('Conv', [x, graph.floats([2, 1, 1, 1], [1, -2])])
  const column = (value: string, at: number) =>
    graph.node('Gather', [value, graph.constant(int64Tensor([], [at]))], { axis: 1 })
  const width = graph.node('Sub', [column(proposals, 2), column(proposals, 0)])
  const isWide = graph.node('Greater', [width, graph.floats([], [3])])
  const extents = (value: string, ...axes: number[]) =>
    graph.node('Gather', [graph.node('Shape', [value]), graph.ints(axes)], { axis: 0 })
  let written: string | undefined
  for (const [level, mask] of [isWide, graph.node('Not', [isWide])].entries()) {
    const places = placesOf(graph, mask)
    const regions = graph.node('Gather', [proposals, places], { axis: 0 })
    const owners = graph.node('Cast', [graph.node('Mul', [column(regions, 0), graph.floats([], [0])])], {
      to: 7,
    })
    const attributes = {
      output_height: 2,
      output_width: 2,
      sampling_ratio: 2,
      spatial_scale: { float: 1 - level / 4 },
    }
    const pooled = graph.node('RoiAlign', [features, regions, owners], attributes)
    const rest = extents(pooled, 1, 2, 3)
    written ??= graph.node('ConstantOfShape', [
      graph.node('Concat', [extents(proposals, 0), rest], { axis: 0 }),
    ])
    const column4 = graph.node('Reshape', [places, graph.ints([-1, 1, 1, 1])])
    const index = graph.node('Expand', [
      column4,
      graph.node('Concat', [extents(places, 0), rest], { axis: 0 }),
    ])
    written = graph.node('ScatterElements', [written, index, pooled], { axis: 0 })
  }
  const weights = Array.from({ length: 16 }, (_, i) => Math.sin(1 + i))
  const scores = graph.node('Gemm', [graph.node('Flatten', [written ?? '']), graph.floats([8, 2], weights)])
  return graph.node('Unsqueeze', [graph.node('Tanh', [scores]), graph.ints([0])])
}

function detector(kept: Parameters<typeof firstStage>[0] = suppression): GraphBuilder {
  const stage = firstStage(kept)
  stage.graph.output(secondStage(stage))
  return stage.graph
}

/** An image whose pixels of objectness are these. */
function imageOf(scores: readonly number[]): Tensor {
  const data = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * 1.7) / 2)
  objectness.forEach((pixel, box) => {
    data[pixel] = scores[box] ?? 0
  })
  return tensor([1, 1, 8, 8], data)
}

const target = tensor([1, 3, 2], Float32Array.of(1, -2, 3, -4, 5, -6))
const loss = { kind: 'dot', terms: [{ target, weight: 1 }] } as const

test('scores of regions that suppression chose have one size; the last region is repeated', async () => {
  const model = await createOnnxModel({ bytes: encodeModel(detector().build()), runtime })
  const rowsOf = async (scores: readonly number[]) => {
    const { shape, data } = await model.predict(imageOf(scores))
    expect(shape).toEqual([1, 3, 2])
    return [0, 2, 4].map((at) => [...data.subarray(at, at + 2)])
  }
  const [first, second, third] = await rowsOf([0.4, 0.9, 0.6, -1])
  expect(new Set([first, second, third].map(String)).size).toBe(3)
  const few = await rowsOf([0.4, 0.9, -1, -1])
  expect(few[1]).toEqual(few[2])
  expect(few[0]).not.toEqual(few[1])
  const none = await rowsOf([-1, -1, -1, -1])
  expect(none[0]).toEqual(none[2])
  await model.dispose()
})

test.each([
  ['as many as there is room for', [0.4, 0.9, 0.6, 0.3]],
  ['fewer', [0.4, 0.9, -1, -1]],
  ['none', [-1, -1, -1, -1]],
])('their gradient is that of differences, regions held fixed: %s', async (_, scores) => {
  const model = await createOnnxModel({ bytes: encodeModel(detector().build()), runtime })
  const x = imageOf(scores)
  const { gradient } = await model.lossAndGradient(x, loss)
  const lossAt = async (pixel: number, change: number) => {
    const moved = { ...x, data: x.data.with(pixel, (x.data[pixel] ?? NaN) + change) }
    return (await model.lossAndGradient(moved, loss)).loss[0] ?? NaN
  }
  for (const pixel of [0, 9, 11, 20, 37, 45, 63]) {
    const difference = ((await lossAt(pixel, 0.01)) - (await lossAt(pixel, -0.01))) / 0.02
    expect(gradient.data[pixel]).toBeCloseTo(difference, 2)
  }
  expect(gradient.data.some((value) => Math.abs(value) > 0.01)).toBe(true)
  await model.dispose()
})

/** The same in an If, as torchvision writes it for images without any box. */
const suppressionInBranch = ({ graph, proposals, scores }: Proposals): string => {
  const isEmpty = graph.node('Equal', [graph.node('Size', [proposals]), graph.constant(int64Tensor([], [0]))])
  const kept = [{ name: 'kept', dataType: 'int64', shape: [null] }] as const
  const nothing = { none: int64Tensor([0], []) }
  const numbers = {
    most: int64Tensor([1], [100]),
    iou: float32Tensor([1], [0.5]),
    two: int64Tensor([1], [2]),
  }
  const axes = { first: int64Tensor([1], [0]), both: int64Tensor([2], [0, 1]), second: int64Tensor([1], [1]) }
  const nodes = [
    ['Unsqueeze', [proposals, 'first'], 'batched'],
    ['Unsqueeze', [scores, 'both'], 'each'],
    ['NonMaxSuppression', ['batched', 'each', 'most', 'iou'], 'chosen'],
    ['Gather', ['chosen', 'two'], 'column', { axis: 1 }],
    ['Squeeze', ['column', 'second'], 'kept'],
  ] as const
  const branch = (name: string, body: Pick<SmallModel, 'nodes' | 'initializers'>) =>
    bodyAttribute(name, { inputs: [], outputs: kept, ...body })
  return graph.node('If', [isEmpty], {
    then_branch: branch('then_branch', { nodes: [['Identity', ['none'], 'kept']], initializers: nothing }),
    else_branch: branch('else_branch', { nodes, initializers: { ...numbers, ...axes } }),
  })
}

test.each([
  ['as many as there is room for', [0.4, 0.9, 0.6, 0.3]],
  ['none', [-1, -1, -1, -1]],
])('a suppression in the branch of an If gives the same: %s', async (_, scores) => {
  const models = await Promise.all(
    [suppression, suppressionInBranch].map((kept) =>
      createOnnxModel({ bytes: encodeModel(detector(kept).build()), runtime }),
    ),
  )
  const [plain, branched] = await Promise.all(
    models.map((model) => model.lossAndGradient(imageOf(scores), loss)),
  )
  expect(branched?.logits.data).toEqual(plain?.logits.data)
  expect(branched?.gradient.data).toEqual(plain?.gradient.data)
  await Promise.all(models.map((model) => model.dispose()))
})

/** Boxes that move with the image, chosen and handed out. */
function movedBoxes(): GraphBuilder {
  const graph = new GraphBuilder()
  const x = graph.input('x', [1, 1, 8, 8])
  const shift = graph.node('ReduceMean', [x], { keepdims: 0 })
  const all = graph.node('Add', [graph.floats([4, 4], boxes), shift])
  const scores = graph.node('Mul', [graph.floats([4], [1, 2, 3, 4]), shift])
  const choice = suppression({ graph, x, proposals: all, scores })
  const best = graph.node('Slice', [choice, ...[0, 3, 0].map((value) => graph.ints([value]))])
  graph.output(graph.node('Unsqueeze', [graph.node('Gather', [all, best], { axis: 0 }), graph.ints([0])]))
  return graph
}

test('a gradient through the chosen boxes themselves is refused by name', async () => {
  const model = await createOnnxModel({ bytes: encodeModel(movedBoxes().build()), runtime })
  const { shape } = await model.predict(imageOf([1, 1, 1, 1]))
  expect(shape).toEqual([1, 3, 4])
  const ofBoxes = {
    kind: 'dot',
    terms: [{ target: tensor(shape, new Float32Array(12)), weight: 1 }],
  } as const
  await expect(model.lossAndGradient(imageOf([1, 1, 1, 1]), ofBoxes)).rejects.toThrow(
    /^Gather: no gradient, since its rows are those that NonMaxSuppression chose \(node '/,
  )
  await model.dispose()
})

test('nothing in it is an obstacle; without a bound on what suppression keeps it is one', () => {
  for (const kept of [suppression, suppressionInBranch])
    expect(obstaclesOf(detector(kept).build())).toEqual([])
  const graph = new GraphBuilder()
  const x = graph.input('x', [1, 1, 8, 8])
  const all = graph.node('Reshape', [x, graph.ints([16, 4])])
  const choice = suppression({ graph, x, proposals: all, scores: graph.floats([16], new Float32Array(16)) })
  graph.output(graph.node('Gather', [all, choice], { axis: 0 }))
  expect(obstaclesOf(graph.build())).toMatchObject([
    { of: 'run', message: expect.stringContaining('expected scores before any NonMaxSuppression') },
  ])
})
