import { describe, expect, test } from 'vitest'
import { distinctValues } from '../../../../test/support/check-rule.ts'
import { createOrtRuntime } from '../../../adapters/ort/runtime.ts'
import { createOnnxModel } from '../../autodiff/onnx-model.ts'
import { encodeModel } from '../../onnx/codec.ts'
import { GraphBuilder } from '../../onnx/graph-builder.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { anchorLossOf, type AnchorLoss } from './losses.ts'
import { detectionModel, detectionName } from './graph.ts'
import type { DifferentiableModel } from '../../model/ports.ts'
import type { DetectionOutput } from './output.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const x = distinctValues([2, 5])

const sigmoidHead: DetectionOutput = {
  name: 'v4',
  layout: 'anchors-last',
  activation: 'sigmoid',
  gives: 'logits',
  classes: ['a', 'b'],
  objectness: false,
  boxes: { format: 'xyxy', unit: 'pixels' },
  threshold: 0.25,
  nmsIou: 0.45,
  maxDetections: 100,
}

/** `rows` values of each of 3 anchors, [N, rows, 3], of x [N, 5]. */
function values(graph: GraphBuilder, input: string, rows: number, offset: number): string {
  const weights = graph.floats([5, rows * 3], distinctValues([5, rows * 3], -1, 1 + offset).data)
  return graph.node('Reshape', [graph.node('MatMul', [input, weights]), graph.ints([-1, rows, 3])])
}

const turned = (graph: GraphBuilder, value: string) => graph.node('Transpose', [value], { perm: [0, 2, 1] })

async function opened(
  build: (graph: GraphBuilder, x: string) => Partial<DetectionOutput>,
  withObjectness = false,
): Promise<DifferentiableModel> {
  const graph = new GraphBuilder({ opset: 13 })
  const said = build(graph, graph.input('x', ['batch', 5]))
  const head = { ...sigmoidHead, objectness: withObjectness, ...said } as DetectionOutput
  const bytes = encodeModel(detectionModel(graph.build(), head))
  return createOnnxModel({ bytes, runtime, inputName: 'x', outputName: detectionName, activation: 'none' })
}

/** Boxes and score logits, as they are meant. */
async function expected(): Promise<Tensor> {
  const model = await opened((graph, input) => {
    const all = graph.node('Concat', [values(graph, input, 4, 0), values(graph, input, 2, 0.5)], { axis: 1 })
    return { name: graph.output(all) }
  })
  return model.predict(x)
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))

describe('boxes and scores become one output [N, 4 + K, A] of logits', () => {
  test.each<[string, (graph: GraphBuilder, x: string) => Partial<DetectionOutput>]>([
    [
      'anchors first, probabilities joined to boxes (the sigmoid is taken off)',
      (graph, input) => {
        const scores = graph.node('Sigmoid', [turned(graph, values(graph, input, 2, 0.5))])
        const all = graph.node('Concat', [turned(graph, values(graph, input, 4, 0)), scores], { axis: -1 })
        return { name: graph.output(all), layout: 'anchors-first', gives: 'probabilities' }
      },
    ],
    [
      'two tensors, the probabilities of both levels concatenated',
      (graph, input) => {
        const scores = values(graph, input, 2, 0.5)
        const level = (from: number, to: number) =>
          graph.node('Sigmoid', [
            graph.node('Slice', [scores, graph.ints([from]), graph.ints([to]), graph.ints([2])]),
          ])
        const name = graph.output(graph.node('Concat', [level(0, 1), level(1, 3)], { axis: 2 }))
        const boxes = graph.output(turned(graph, values(graph, input, 4, 0)))
        return {
          name,
          gives: 'probabilities',
          boxes: { ...sigmoidHead.boxes, name: boxes, layout: 'anchors-first' } as never,
        }
      },
    ],
    [
      'a graph that ends in NonMaxSuppression, cut before it',
      (graph, input) => {
        const boxes = turned(graph, values(graph, input, 4, 0))
        const name = graph.node('Sigmoid', [values(graph, input, 2, 0.5)])
        graph.output(
          graph.node('NonMaxSuppression', [boxes, name, graph.ints([10]), graph.floats([1], [0.5])]),
          null,
          'int64',
        )
        return {
          name,
          gives: 'probabilities',
          boxes: { format: 'yxyx', unit: 'pixels', name: boxes, layout: 'anchors-first' },
        }
      },
    ],
    [
      'probabilities that come out of something else',
      (graph, input) => {
        const half = graph.node('Mul', [
          graph.node('Sigmoid', [values(graph, input, 2, 0.5)]),
          graph.floats([], [0.5]),
        ])
        const all = graph.node('Concat', [values(graph, input, 4, 0), graph.node('Add', [half, half])], {
          axis: 1,
        })
        return { name: graph.output(all), gives: 'probabilities' }
      },
    ],
  ])('%s', async (_, build) => {
    const [model, wanted] = [await opened(build), await expected()]
    const got = await model.predict(x)
    expect(got.shape).toEqual([2, 6, 3])
    got.data.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted.data[i] ?? NaN, 4)
    })
    await model.dispose()
  })

  test('an objectness is multiplied into the scores, also where both are nearly certain', async () => {
    const build = (scale: number) => (graph: GraphBuilder, input: string) => {
      const all = graph.node('Mul', [values(graph, input, 7, 0), graph.floats([], [scale])])
      return { name: graph.output(all) }
    }
    const plain = await opened((graph, input) => ({ ...build(1)(graph, input), classes: ['o', 'a', 'b'] }))
    const raw = (await plain.predict(x)).data
    for (const scale of [1, 200]) {
      const model = await opened(build(scale), true)
      const got = (await model.predict(x)).data
      for (let k = 0; k < 2; k++)
        for (let a = 0; a < 3; a++) {
          const [objectness, score] = [scale * (raw[12 + a] ?? NaN), scale * (raw[15 + 3 * k + a] ?? NaN)]
          const value = got[(4 + k) * 3 + a] ?? NaN
          expect(sigmoid(value)).toBeCloseTo(sigmoid(objectness) * sigmoid(score), 5)
          expect(Number.isFinite(value)).toBe(true)
        }
    }
  })

  test('a tensor that the graph has not is an error that names it', async () => {
    await expect(
      opened((graph, input) => (graph.output(values(graph, input, 6, 0)), { name: 'boxes' })),
    ).rejects.toMatchObject({
      code: 'model-unsupported',
      message: "Model: expected a tensor 'boxes' for boxes or scores, got none",
    })
  })
})

describe('the loss of a detector’s scores', () => {
  const losses: AnchorLoss[] = [
    { kind: 'anchor-cross-entropy', classes: 2, background: 1, threshold: 0.25 },
    { kind: 'anchor-binary-cross-entropy', classes: 2, background: undefined, threshold: 0.25 },
  ]
  /** Weights in row 0, what the scores should be in rows 4 and 5. */
  const target = (weights: number[], scores: number[]) => {
    const of = tensor([2, 6, 3])
    for (const n of [0, 1]) of.data.set([...weights, ...new Array<number>(9).fill(0), ...scores], n * 18)
    return of
  }
  const hard = target([0.5, 0, 0.5], [1, 1, 0, 0, 0, 1])
  const soft = target([0.2, 0.5, 0.3], [0.7, 0.2, 0.6, 0.3, 0.8, 0.4])

  test.each(losses)('$kind agrees with its definition, and its gradient with differences', async (loss) => {
    const model = await opened((graph, input) => ({ name: graph.output(values(graph, input, 6, 0.3)) }))
    const terms = [
      { target: hard, weight: 1 },
      { target: soft, weight: -0.7 },
    ]
    const at = (points: Tensor) => model.lossAndGradient(points, { kind: loss.kind, terms })
    const { logits, gradient, loss: found } = await at(x)
    const step = 0.4
    const moved = async (factor: number) =>
      (await at(tensor(x.shape, x.data.map((value, i) => value + factor * step * (gradient.data[i] ?? 0))))).loss // prettier-ignore
    const [far, back, near, nearBack] = [await moved(2), await moved(-2), await moved(1), await moved(-1)]
    for (const n of [0, 1]) {
      const row = logits.data.subarray(n * 18, (n + 1) * 18)
      const value =
        anchorLossOf(loss, row, hard.data.subarray(0, 18)) -
        0.7 * anchorLossOf(loss, row, soft.data.subarray(0, 18))
      expect(found[n]).toBeCloseTo(value, 4)
      const slope = (8 * (near[n]! - nearBack[n]!) - (far[n]! - back[n]!)) / (12 * step)
      const square = gradient.data.subarray(n * 5, (n + 1) * 5).reduce((sum, each) => sum + each * each, 0)
      expect(Math.abs(slope / square - 1)).toBeLessThan(1e-3)
    }
    await model.dispose()
  })

  test('what only boxes are made of is not differentiated, whatever it is', async () => {
    const gradientOf = async (boxesOf: (graph: GraphBuilder, boxes: string) => string) => {
      const model = await opened((graph, input) => {
        const boxes = graph.output(boxesOf(graph, values(graph, input, 4, 0)))
        return {
          name: graph.output(values(graph, input, 2, 0.5)),
          boxes: { ...sigmoidHead.boxes, name: boxes } as never,
        }
      })
      const { gradient } = await model.lossAndGradient(x, {
        kind: losses[1]!.kind,
        terms: [{ target: hard, weight: 1 }],
      })
      await model.dispose()
      return gradient.data
    }
    const plain = await gradientOf((graph, boxes) => graph.node('Neg', [boxes]))
    const reversed = (graph: GraphBuilder, boxes: string) =>
      graph.node('ReverseSequence', [boxes, graph.ints([2, 3])], { batch_axis: 0, time_axis: 1 })
    expect(await gradientOf(reversed)).toEqual(plain)
    expect(plain.some((value) => value !== 0)).toBe(true)
  })

  test('anchors without weight count for nothing, whatever they say', () => {
    const [loss] = losses
    const logits = Float32Array.from([...new Array<number>(12).fill(9), 1, 50, -1, 0, -50, 2])
    const other = logits.with(13, -7)
    const label = hard.data.subarray(0, 18)
    expect(loss && anchorLossOf(loss, logits, label)).toBe(loss && anchorLossOf(loss, other, label))
    // (log(1 + e^-1) + log(1 + e^-3)) / 2, by hand.
    expect(loss && anchorLossOf(loss, logits, label)).toBeCloseTo((0.3132617 + 0.0485874) / 2, 5)
  })
})
