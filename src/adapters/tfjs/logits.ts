import type { OutputActivation } from '../../core/autodiff/logits.ts'
import type { LoadedModel, TfjsFiles } from './load-model.ts'
import { type GraphModel, layers, type LayersModel, tf } from './tensorflow.ts'

/** Probabilities below this one count as it: the logarithm of 0 has no gradient to follow. */
const leastProbability = 1e-30

/** Logits [N, K, ...] of a batch; synchronous, differentiable. */
export type LogitsOf = (x: tf.Tensor) => tf.Tensor

/**
 * The output at `index` before a final softmax or sigmoid, classes as axis 1. Where probabilities come out of
 * something else, their logarithm or log-odds, which are logits of the same probabilities.
 */
export function logitsOf(
  loaded: LoadedModel,
  { manifest }: TfjsFiles,
  index: number,
  activation: OutputActivation,
): LogitsOf {
  const output = (x: tf.Tensor) => loaded.run(x)[index] ?? x
  if (activation === 'none') return (x) => classesFirst(output(x))
  const before = isLayersModel(loaded.model)
    ? withoutActivation(loaded.model, index, output, activation)
    : beforeActivation(loaded.model, { loaded, manifest, index, activation })
  if (before !== undefined) return (x) => classesFirst(before(x))
  if (activation === 'detect') return (x) => classesFirst(output(x))
  return (x) => classesFirst(logarithm(output(x), activation))
}

function isLayersModel(model: LayersModel | GraphModel): model is LayersModel {
  return 'layers' in model
}

/** Takes the activation out of the layer that makes the output; undefined where it has another one. */
function withoutActivation(
  model: LayersModel,
  index: number,
  output: LogitsOf,
  activation: OutputActivation,
): LogitsOf | undefined {
  const layer = outputLayer(model, index)
  if (hasActivation(layer) && isWanted(layer.activation.getClassName(), activation)) {
    const [linear] = [layers.activation({ activation: 'linear' })] as unknown[]
    if (hasActivation(linear)) layer.activation = linear.activation
    return output
  }
  if (!isSoftmaxLayer(layer) || activation === 'sigmoid') return undefined
  layer.call = (inputs) => (Array.isArray(inputs) ? inputs[0] : inputs)
  return output
}

/**
 * The layer that makes an output, inside models within models too. A sequential model has no list of such
 * layers, whatever its type says.
 */
function outputLayer(model: LayersModel, index: number): unknown {
  const { outputLayers = [], layers: all } = model as Partial<Pick<LayersModel, 'outputLayers'>> &
    Pick<LayersModel, 'layers'>
  const layer: unknown = outputLayers[index] ?? all.at(-1)
  return isModel(layer) ? outputLayer(layer, 0) : layer
}

function isModel(layer: unknown): layer is LayersModel {
  return typeof layer === 'object' && layer !== null && 'layers' in layer
}

interface ActivatedLayer {
  activation: { getClassName(): string }
}

function hasActivation(layer: unknown): layer is ActivatedLayer {
  return (
    typeof layer === 'object' &&
    layer !== null &&
    'activation' in layer &&
    typeof layer.activation === 'object'
  )
}

interface SoftmaxLayer {
  call: (inputs: unknown) => unknown
}

function isSoftmaxLayer(layer: unknown): layer is SoftmaxLayer {
  return (
    layer instanceof Object &&
    'getClassName' in layer &&
    (layer as { getClassName(): string }).getClassName() === 'Softmax'
  )
}

function isWanted(name: string, activation: OutputActivation): boolean {
  const kind = name.toLowerCase()
  return activation === 'detect' ? kind === 'softmax' || kind === 'sigmoid' : kind === activation
}

interface GraphOutput {
  readonly loaded: LoadedModel
  readonly manifest: TfjsFiles['manifest']
  readonly index: number
  readonly activation: OutputActivation
}

/**
 * Runs a graph to the node before the final Softmax or Sigmoid; undefined where the output is made by
 * another.
 */
function beforeActivation(
  model: GraphModel,
  { loaded, manifest, index, activation }: GraphOutput,
): LogitsOf | undefined {
  const { op, input } = nodeOf(loaded, manifest, index)
  const [before] = input ?? []
  if (op === undefined || before === undefined || !isWanted(op, activation)) return undefined
  return (x) => model.execute({ [loaded.input.name]: x }, before) as tf.Tensor
}

interface GraphNode {
  readonly name?: string
  readonly op?: string
  readonly input?: readonly string[]
}

/** The node that makes an output. */
function nodeOf({ outputs }: LoadedModel, { topology }: TfjsFiles['manifest'], index: number): GraphNode {
  const name = (outputs[index] ?? '').replace(/:\d+$/, '')
  const nodes = topology['node']
  return Array.isArray(nodes) ? ((nodes as GraphNode[]).find((each) => each.name === name) ?? {}) : {}
}

/** Softmax or Sigmoid where an output ends with it, by ONNX's name. */
export function finalActivation(
  loaded: LoadedModel,
  { manifest }: TfjsFiles,
  index: number,
): string | undefined {
  const name = isLayersModel(loaded.model)
    ? layerActivation(outputLayer(loaded.model, index))
    : nodeOf(loaded, manifest, index).op
  return ['Softmax', 'Sigmoid'].find((each) => each.toLowerCase() === name?.toLowerCase())
}

function layerActivation(layer: unknown): string | undefined {
  if (hasActivation(layer)) return layer.activation.getClassName()
  return isSoftmaxLayer(layer) ? 'Softmax' : undefined
}

function logarithm(p: tf.Tensor, activation: 'softmax' | 'sigmoid'): tf.Tensor {
  const log = (value: tf.Tensor) => tf.log(tf.maximum(value, leastProbability))
  return activation === 'softmax' ? log(p) : tf.sub(log(p), log(tf.sub(1, p)))
}

/** [N, ..., K] as [N, K, ...]. */
export function classesFirst(y: tf.Tensor): tf.Tensor {
  if (y.rank < 3) return y
  return tf.transpose(y, [0, y.rank - 1, ...[...y.shape.keys()].slice(1, -1)])
}

/** [N, ..., K] as [N, K, ...]; vectors stay as they are. */
export function classesFirstShape<T>(shape: readonly T[]): T[] {
  const [count, ...rest] = shape
  const classes = rest.pop()
  if (shape.length < 3 || count === undefined || classes === undefined) return [...shape]
  return [count, classes, ...rest]
}
