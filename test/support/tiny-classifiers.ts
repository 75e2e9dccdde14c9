import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { uniformTensor } from './numbers.ts'

/** What tells one tiny classifier from another. */
export interface TinyHead {
  readonly activation: 'softmax' | 'binary-sigmoid' | 'multi-label-sigmoid'
  readonly gives: 'logits' | 'probabilities'
  readonly channels: 1 | 3
  readonly layout: 'NCHW' | 'NHWC'
  /** Whether one output has no axis of its own: [N] instead of [N, 1]. */
  readonly squeezed: boolean
  /** Of its weights. */
  readonly seed: number
}

/** A classifier on disk with its card, and the same network worked out in plain numbers. */
export interface TinyClassifier extends TinyHead {
  /** Paths. */
  readonly model: string
  readonly card: string
  readonly classes: readonly string[]
  /**
   * Probability of each class ([1 − p, p] for a binary head), from the input as the graph takes it, in its
   * layout.
   */
  probabilities(input: readonly number[]): number[]
}

/** Rows and columns that they take. */
const tinySize = 12
const hidden = 16
const tinyClasses = ['normal', 'benign', 'malignant']

/** Mean and standard deviation in every card. */
export const tinyNormalisation = { mean: 0.4, std: 0.5 }

const threeClasses: TinyHead = {
  activation: 'softmax',
  gives: 'logits',
  channels: 1,
  layout: 'NCHW',
  squeezed: false,
  seed: 0,
}

/**
 * A network of one hidden layer with seeded weights: three classes, or two for a single logit. `cardChanges`
 * go into its card, whose intensity is HU −1024 to 1024 by default.
 */
export function writeClassifier(
  folder: string,
  head: Partial<TinyHead> = {},
  cardChanges: object = {},
): TinyClassifier {
  const whole = { ...threeClasses, ...head }
  const { activation, gives, channels, layout } = whole
  const classes = activation === 'binary-sigmoid' ? tinyClasses.slice(0, 2) : tinyClasses
  const logits = activation === 'binary-sigmoid' ? 1 : classes.length
  const weights = weightsOf(channels, logits, whole.seed)
  mkdirSync(folder, { recursive: true })
  const paths = { model: join(folder, 'tiny.onnx'), card: join(folder, 'tiny.card.json') }
  writeFileSync(paths.model, networkBytes(weights, whole))
  const card = {
    name: 'tiny',
    input: { layout, size: [tinySize, tinySize], channels },
    intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear-antialiased',
    mean: [tinyNormalisation.mean],
    std: [tinyNormalisation.std],
    output: { activation, gives, classes },
    ...cardChanges,
  }
  writeFileSync(paths.card, JSON.stringify(card))
  return {
    ...whole,
    ...paths,
    classes,
    probabilities: (input) => probabilitiesOf(activation, logitsOf(weights, input)),
  }
}

interface Weights {
  /** [hidden, inputs] and [logits, hidden], row by row. */
  readonly first: readonly number[]
  readonly second: readonly number[]
  readonly inputs: number
  readonly logits: number
}

/** Such that an image's logits are about 1 apart and a change of some grey levels turns them. */
function weightsOf(channels: number, logits: number, seed: number): Weights {
  const inputs = channels * tinySize * tinySize
  const scaled = (count: number, from: number, scale: number) => [
    ...uniformTensor([count], from, [-scale, scale]).data,
  ]
  return {
    first: scaled(hidden * inputs, 31 + seed, 0.4),
    second: scaled(logits * hidden, 32 + seed, 0.6),
    inputs,
    logits,
  }
}

function networkBytes({ first, second, inputs, logits }: Weights, head: TinyHead): Uint8Array {
  const { activation, gives, channels, layout, squeezed } = head
  const graph = new GraphBuilder()
  const image = layout === 'NCHW' ? [channels, tinySize, tinySize] : [tinySize, tinySize, channels]
  const flat = graph.node('Flatten', [graph.input('image', ['batch', ...image])])
  const inner = graph.node('Gemm', [flat, graph.floats([hidden, inputs], first)], { transB: 1 })
  const rectified = graph.node('Relu', [inner])
  const out = graph.node('Gemm', [rectified, graph.floats([logits, hidden], second)], { transB: 1 })
  const final = activation === 'softmax' ? 'Softmax' : 'Sigmoid'
  const given = gives === 'probabilities' ? graph.node(final, [out]) : out
  if (squeezed) graph.output(graph.node('Squeeze', [given, graph.ints([1])]), ['batch'])
  else graph.output(given, ['batch', logits])
  return encodeModel(graph.build())
}

function logitsOf({ first, second, inputs, logits }: Weights, input: readonly number[]): number[] {
  const row = (matrix: readonly number[], index: number, vector: readonly number[]) =>
    vector.reduce((sum, value, i) => sum + value * matrix[index * vector.length + i]!, 0)
  if (input.length !== inputs) throw new Error(`expected ${inputs} values, got ${input.length}`)
  const inner = Array.from({ length: hidden }, (_, unit) => Math.max(0, row(first, unit, input)))
  return Array.from({ length: logits }, (_, k) => row(second, k, inner))
}

function probabilitiesOf(activation: TinyHead['activation'], logits: readonly number[]): number[] {
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
  if (activation === 'multi-label-sigmoid') return logits.map(sigmoid)
  if (activation === 'binary-sigmoid') return logits.flatMap((z) => [sigmoid(-z), sigmoid(z)])
  const sum = logits.reduce((total, z) => total + Math.exp(z), 0)
  return logits.map((z) => Math.exp(z) / sum)
}
