import type { OutputActivation } from '../../core/autodiff/logits.ts'
import type { LoadedModel, TfjsFiles } from './load-model.ts'
import { layers, tf, type GraphModel, type LayersModel } from './tensorflow.ts'

/** Probabilities below this one count as it: the logarithm of 0 has no gradient to follow. */
const leastProbability = 1e-30

/** Logits [N, K, ...] of a batch; synchronous, differentiable. */
export type LogitsOf = (x: tf.Tensor) => tf.Tensor

/**
 * The output at `index` before a final softmax or sigmoid, classes as axis 1. Where probabilities come out of something else, their logarithm
 * or log-odds, which are logits of the same probabilities.
 */
export function logitsOf(loaded: LoadedModel, { manifest }: TfjsFiles, index: number, activation: OutputActivation): LogitsOf {
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
  const layer: unknown = model.outputLayers[index]
  if (hasActivation(layer) && isWanted(layer.activation.getClassName(), activation)) {
    const [linear] = [layers.activation({ activation: 'linear' })] as unknown[]
    if (hasActivation(linear)) layer.activation = linear.activation
    return output
  }
  if (!isSoftmaxLayer(layer) || activation === 'sigmoid') return undefined
  layer.call = (inputs) => (Array.isArray(inputs) ? inputs[0] : inputs)
  return output
}

interface ActivatedLayer {
  activation: { getClassName(): string }
}

function hasActivation(layer: unknown): layer is ActivatedLayer {
  return typeof layer === 'object' && layer !== null && 'activation' in layer && typeof layer.activation === 'object'
}

interface SoftmaxLayer {
  call: (inputs: unknown) => unknown
}

function isSoftmaxLayer(layer: unknown): layer is SoftmaxLayer {
  return layer instanceof Object && 'getClassName' in layer && (layer as { getClassName(): string }).getClassName() === 'Softmax'
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

/** Runs a graph to the node before the final Softmax or Sigmoid; undefined where the output is made by another. */
function beforeActivation(model: GraphModel, { loaded, manifest, index, activation }: GraphOutput): LogitsOf | undefined {
  const name = (loaded.outputs[index] ?? '').replace(/:\d+$/, '')
  const nodes = manifest.topology['node']
  const node: unknown = Array.isArray(nodes) ? nodes.find((each: { name?: string }) => each.name === name) : undefined
  const { op, input } = (node ?? {}) as { op?: string; input?: readonly string[] }
  const [before] = input ?? []
  if (op === undefined || before === undefined || !isWanted(op, activation)) return undefined
  return (x) => model.execute({ [loaded.input.name]: x }, before) as tf.Tensor
}

function logarithm(p: tf.Tensor, activation: 'softmax' | 'sigmoid'): tf.Tensor {
  const log = (value: tf.Tensor) => tf.log(tf.maximum(value, leastProbability))
  return activation === 'softmax' ? log(p) : tf.sub(log(p), log(tf.sub(1, p)))
}

/** [N, ..., K] as [N, K, ...]. */
function classesFirst(y: tf.Tensor): tf.Tensor {
  if (y.rank < 3) return y
  return tf.transpose(y, [0, y.rank - 1, ...[...y.shape.keys()].slice(1, -1)])
}
