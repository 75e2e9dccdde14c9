import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { tinyNormalisation } from './tiny-classifiers.ts'

/** What tells one tiny segmenter from another. */
export interface TinySegmentation {
  readonly activation: 'softmax' | 'binary-sigmoid' | 'multi-label-sigmoid'
  readonly gives: 'logits' | 'probabilities'
  /** Whether the output has half the input's rows and columns. */
  readonly halved: boolean
}

export interface TinySegmenter extends TinySegmentation {
  /** Paths. */
  readonly model: string
  readonly card: string
  readonly classes: readonly string[]
}

const size = 12
const classes = {
  softmax: ['background', 'grey', 'bright'],
  'binary-sigmoid': ['background', 'bright'],
  'multi-label-sigmoid': ['grey or brighter', 'bright'],
} as const

/**
 * Logits of every class as a line of the mean of 3x3 pixels, in the units of the graph's input
 * (`tinyNormalisation`): with intensities in [0, 1], grey begins at about 0.4 and bright at about 0.7.
 */
const lines = {
  softmax: [
    [0, 0],
    [20, 0],
    [40, -12],
  ],
  'binary-sigmoid': [[20, -12]],
  'multi-label-sigmoid': [
    [20, 0],
    [20, -12],
  ],
} as const

/**
 * A network of one convolution that tells how bright each pixel's surroundings are. `cardChanges` go into its
 * card.
 */
export function writeSegmenter(
  folder: string,
  changes: Partial<TinySegmentation> = {},
  cardChanges: object = {},
): TinySegmenter {
  const whole: TinySegmentation = { activation: 'softmax', gives: 'logits', halved: false, ...changes }
  mkdirSync(folder, { recursive: true })
  const paths = { model: join(folder, 'segmenter.onnx'), card: join(folder, 'segmenter.card.json') }
  writeFileSync(paths.model, networkBytes(whole))
  const card = {
    intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear-antialiased',
    mean: [tinyNormalisation.mean],
    std: [tinyNormalisation.std],
    output: { activation: whole.activation, gives: whole.gives, classes: classes[whole.activation] },
    ...cardChanges,
  }
  writeFileSync(paths.card, JSON.stringify(card))
  return { ...whole, ...paths, classes: classes[whole.activation] }
}

function networkBytes({ activation, gives, halved }: TinySegmentation): Uint8Array {
  const graph = new GraphBuilder()
  const image = graph.input('image', ['batch', 1, size, size])
  const channels = lines[activation].length
  const weights = lines[activation].flatMap(([slope]) => new Array<number>(9).fill(slope / 9))
  const bias = graph.floats(
    [channels],
    lines[activation].map(([, offset]) => offset),
  )
  const strides = halved ? [2, 2] : [1, 1]
  const logits = graph.node('Conv', [image, graph.floats([channels, 1, 3, 3], weights), bias], {
    pads: [1, 1, 1, 1],
    strides,
  })
  const final =
    activation === 'softmax' ? graph.node('Softmax', [logits], { axis: 1 }) : graph.node('Sigmoid', [logits])
  const side = halved ? size / 2 : size
  graph.output(gives === 'probabilities' ? final : logits, ['batch', channels, side, side])
  return encodeModel(graph.build())
}
