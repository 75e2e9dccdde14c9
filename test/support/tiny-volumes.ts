import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { uniformTensor } from './numbers.ts'
import { tinyNormalisation } from './tiny-classifiers.ts'

/** Channels of the hidden layer, and classes. */
const volumeChannels = [3, 3] as const
const volumeClasses = ['background', 'grey', 'bright']

/** Seeded weights of the two convolutions; the second also tells brightness, so that all classes occur. */
export function volumeWeights() {
  const [hidden, classes] = volumeChannels
  const first = uniformTensor([hidden, 1, 3, 3, 3], 41, [-0.2, 0.4])
  const second = uniformTensor([classes, hidden, 1, 1, 1], 42, [-1, 1])
  return { first, second, bias: [0.2, 0.1, -0.3] }
}

/** A 3-D network on patches: Conv 3x3x3, Tanh, Conv 1x1x1. */
export function volumeNetwork(patch: readonly [number, number, number]): Uint8Array {
  const { first, second, bias } = volumeWeights()
  const graph = new GraphBuilder()
  const image = graph.input('volume', ['batch', 1, ...patch])
  const pads = [1, 1, 1, 1, 1, 1]
  const inner = graph.node('Conv', [image, graph.floats([...first.shape], [...first.data])], { pads })
  const out = graph.node('Conv', [
    graph.node('Tanh', [inner]),
    graph.floats([...second.shape], [...second.data]),
    graph.floats([3], bias),
  ])
  graph.output(out, ['batch', volumeChannels[1], ...patch])
  return encodeModel(graph.build())
}

/** That network on disk with its card: frames of 12x12, in HU −1024 to 1024. */
export function writeVolumeSegmenter(
  folder: string,
  volume: object,
  patch: readonly [number, number, number],
) {
  mkdirSync(folder, { recursive: true })
  const paths = { model: join(folder, 'volume.onnx'), card: join(folder, 'volume.card.json') }
  writeFileSync(paths.model, volumeNetwork(patch))
  const card = {
    input: { size: [12, 12], volume },
    intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear-antialiased',
    mean: [tinyNormalisation.mean],
    std: [tinyNormalisation.std],
    output: { activation: 'softmax', gives: 'logits', classes: volumeClasses },
  }
  writeFileSync(paths.card, JSON.stringify(card))
  return paths
}

/** Classes of the classifier of volumes. */
export const volumeAnswers = ['healthy', 'ill']

/** A 3-D classifier: Conv 3x3x3, Tanh, the mean over all voxels, and two sums of it. */
function answerNetwork(
  patch: readonly [number, number, number],
  outputs: readonly number[][],
  isQuantised: boolean,
): Uint8Array {
  const graph = new GraphBuilder()
  const image = graph.input('volume', ['batch', 1, ...patch])
  const weights = uniformTensor([2, 1, 3, 3, 3], 43, [-0.5, 0.5])
  const taken = isQuantised ? rounded(graph, image) : image
  const inner = graph.node('Conv', [taken, graph.floats([...weights.shape], [...weights.data])], {
    pads: [1, 1, 1, 1, 1, 1],
  })
  const mean = graph.node('Flatten', [graph.node('GlobalAveragePool', [graph.node('Tanh', [inner])])])
  const out = graph.node('MatMul', [
    mean,
    graph.floats(
      [2, outputs.length],
      [0, 1].flatMap((row) => outputs.map((column) => column[row] ?? 0)),
    ),
  ])
  graph.output(out, ['batch', outputs.length])
  return encodeModel(graph.build())
}

/** 8 bits of values in −4 to 4. */
function rounded(graph: GraphBuilder, image: string): string {
  const zero = graph.constant({ dataType: 'uint8', shape: [], raw: Uint8Array.of(127) })
  const scale = [graph.floats([], [8 / 255]), zero]
  return graph.node('DequantizeLinear', [graph.node('QuantizeLinear', [image, ...scale]), ...scale])
}

/** A classifier or, of one output, a regression of whole volumes on disk with its card. */
export function writeVolumeAnswers(
  folder: string,
  patch: readonly [number, number, number],
  {
    volume = {},
    card = {},
    isQuantised = false,
  }: {
    readonly volume?: object
    readonly card?: Readonly<Record<string, unknown>>
    readonly isQuantised?: boolean
  } = {},
) {
  mkdirSync(folder, { recursive: true })
  const paths = { model: join(folder, 'answers.onnx'), card: join(folder, 'answers.card.json') }
  const isNumber = card['task'] === 'regression'
  writeFileSync(
    paths.model,
    answerNetwork(
      patch,
      isNumber
        ? [[30, -20]]
        : [
            [40, -30],
            [-40, 30],
          ],
      isQuantised,
    ),
  )
  const classes = { activation: 'softmax', gives: 'logits', classes: volumeAnswers }
  const whole = {
    input: { volume },
    intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear',
    mean: [tinyNormalisation.mean],
    std: [tinyNormalisation.std],
    output: isNumber ? { value: 'age', unit: 'years', tolerance: 0.2 } : classes,
    ...card,
  }
  writeFileSync(paths.card, JSON.stringify(whole))
  return paths
}
