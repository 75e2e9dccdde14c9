import type { LayersModel } from '@tensorflow/tfjs-layers'
import { expect } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { convertModel } from '../../src/adapters/tfjs/convert-model.ts'
import { loadModel, type TfjsFiles } from '../../src/adapters/tfjs/load-model.ts'
import { tf } from '../../src/adapters/tfjs/tensorflow.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import type { Tensor } from '../../src/core/tensor/tensor.ts'
import { innerProduct, uniformTensor } from './numbers.ts'
import { filesOf, saved, type SavedModel } from './tfjs-models.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

/** Largest difference, relative to the largest value. */
function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const largest = Array.from(b).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return (
    Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) /
    Math.max(largest, 1e-12)
  )
}

/** Images as TensorFlow has them, [N, ..., C], with channels as axis 1. */
function withClassesFirst(y: tf.Tensor): tf.Tensor {
  const { rank } = y
  if (rank < 3) return y
  return tf.transpose(y, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)])
}

const direction = 11
const stepLength = 5e-4

/**
 * A model by TensorFlow.js: its outputs y, how Σ y · target changes along a direction by differences, and its
 * gradient.
 */
async function byTensorflow(model: (image: tf.Tensor) => tf.Tensor, x: Tensor, hasGradient: boolean) {
  await tf.setBackend('cpu')
  tf.engine().startScope()
  try {
    const input = tf.tensor(x.data, [...x.shape])
    const run = (image: tf.Tensor) => withClassesFirst(model(image))
    const y = run(input)
    const target = uniformTensor([...y.shape], 5, [-1, 1])
    const weights = tf.tensor(target.data, y.shape)
    const along = tf.mul(tf.tensor(uniformTensor(x.shape, direction).data, [...x.shape]), stepLength)
    const [ahead, behind] = [run(tf.add(input, along)), run(tf.sub(input, along))].map((end) =>
      end.dataSync(),
    )
    const change =
      target.data.reduce((sum, weight, i) => sum + weight * (ahead![i]! - behind![i]!), 0) / (2 * stepLength)
    const gradient = hasGradient
      ? tf
          .grad((image) => tf.sum(tf.mul(run(image), weights)))(input)
          .dataSync()
      : undefined
    return { shape: y.shape, data: y.dataSync(), target, change, gradient }
  } finally {
    tf.engine().endScope()
  }
}

/**
 * A layers model converted to ONNX gives what TensorFlow.js gives, and its gradient agrees with differences
 * and, where it has one, TensorFlow.js's.
 */
export async function expectSame(
  model: LayersModel,
  inputShape: readonly number[],
  hasGradient = true,
): Promise<void> {
  const run = (image: tf.Tensor) => model.apply(image, { training: false }) as tf.Tensor
  await expectConverted(filesOf(await saved(model)), run, { inputShape, hasGradient })
}

/** The same for a graph model. */
export async function expectSameGraph(
  model: SavedModel,
  inputShape: readonly number[],
  hasGradient = true,
): Promise<void> {
  await tf.setBackend('cpu')
  const { run } = await loadModel(filesOf(model))
  await expectConverted(filesOf(model), (image) => run(image)[0]!, { inputShape, hasGradient })
}

interface Expected {
  readonly inputShape: readonly number[]
  readonly hasGradient: boolean
}

/**
 * A converted model gives what `run` does by TensorFlow.js, of two random images, and so does its gradient.
 */
export async function expectConverted(
  files: TfjsFiles,
  run: (image: tf.Tensor) => tf.Tensor,
  { inputShape, hasGradient }: Expected,
) {
  const converted = await convertModel(files)
  const x = uniformTensor([2, ...inputShape], 3, [-1, 1])
  const theirs = await byTensorflow(run, x, hasGradient)
  const ours = await createOnnxModel({ bytes: encodeModel(converted), runtime, activation: 'none' })
  const prediction = await ours.predict(x)
  expect(prediction.shape).toEqual(theirs.shape)
  expect(relativeDifference(prediction.data, theirs.data)).toBeLessThan(1e-4)
  const { gradient } = await ours.lossAndGradient(x, {
    kind: 'dot',
    terms: [{ target: theirs.target, weight: 1 }],
  })
  const change = innerProduct(gradient, uniformTensor(x.shape, direction))
  expect(Math.abs(change - theirs.change) / Math.sqrt(innerProduct(gradient, gradient))).toBeLessThan(0.03)
  if (theirs.gradient !== undefined)
    expect(relativeDifference(gradient.data, theirs.gradient)).toBeLessThan(1e-4)
  await ours.dispose()
}
