import type { ModelFacts } from '../../core/model/model-facts.ts'
import { useBackend, type TfjsBackend, tfjsBackends } from './backends.ts'
import { loadModel, type TfjsFiles } from './load-model.ts'
import { classesFirstShape, finalActivation, classesFirst } from './logits.ts'
import { oneAtATime, tf } from './tensorflow.ts'
import { type Tensor, tensor } from '../../core/tensor/tensor.ts'
import { RadversaryError } from '../../core/errors.ts'
import { createTfjsModel } from './tfjs-model.ts'

/** What can be read off a model that TensorFlow.js runs; as of the same model converted. */
export function describeModel(files: TfjsFiles, inputShape?: readonly number[]): Promise<ModelFacts> {
  return oneAtATime(async () => {
    await useBackend('cpu')
    const loaded = await loadModel(files, inputShape)
    try {
      return {
        file: files.file,
        inputs: [{ name: loaded.input.name, shape: loaded.input.shape }],
        outputs: loaded.outputs.map((name, index) => ({
          name,
          shape: classesFirstShape(loaded.outputShapes[index] ?? []),
          finalOp: finalActivation(loaded, files, index),
        })),
        metadata: {},
      }
    } finally {
      loaded.dispose()
    }
  })
}

interface PredictAllOptions {
  readonly backend: TfjsBackend
  readonly inputShape?: readonly number[] | undefined
}

/**
 * All outputs of a model as it is for each of some images, probabilities included, by TensorFlow.js; images
 * among the outputs with the classes as axis 1.
 */
export function predictAll(
  files: TfjsFiles,
  images: readonly Tensor[],
  { backend, inputShape }: PredictAllOptions,
): Promise<Float32Array[][]> {
  return oneAtATime(async () => {
    await useBackend(backend)
    const loaded = await loadModel(files, inputShape)
    tf.engine().startScope()
    try {
      return images.map(({ data, shape }) =>
        loaded
          .run(tf.tensor(data, [...shape]))
          .map((output) => Float32Array.from(classesFirst(output).dataSync())),
      )
    } finally {
      tf.engine().endScope()
      loaded.dispose()
    }
  })
}

interface PickedBackend {
  readonly backend: TfjsBackend
  /** Why those before it were not taken. */
  readonly sentences: readonly string[]
}

/**
 * The first backend on which the model predicts and differentiates. @throws RadversaryError of the last one
 * where none does.
 */
export async function pickBackend(files: TfjsFiles, inputShape?: readonly number[]): Promise<PickedBackend> {
  const sentences: string[] = []
  let last: unknown
  for (const backend of tfjsBackends) {
    try {
      await tryGradient(files, backend, inputShape)
      return { backend, sentences }
    } catch (error) {
      if (!(error instanceof RadversaryError)) throw error
      last = error
      sentences.push(
        `TensorFlow.js backend ${backend} not used: ${error.message.replace(/^TensorFlow.js backend [\w-]+: /, '')}`,
      )
    }
  }
  throw last
}

/**
 * Computes a gradient of the first output on an image of zeros; a model whose input size is free is not
 * tried.
 */
async function tryGradient(
  files: TfjsFiles,
  backend: TfjsBackend,
  inputShape: readonly number[] | undefined,
): Promise<void> {
  const model = await createTfjsModel({ files, backend, inputShape, output: 0, activation: 'none' })
  try {
    const shape = model.input.shape.slice(1).map((extent, axis) => inputShape?.[axis] ?? extent)
    if (!shape.every((extent) => extent !== null)) return
    const x = tensor([1, ...shape])
    const logits = await model.predict(x)
    await model.lossAndGradient(x, { kind: 'dot', terms: [{ target: logits, weight: 1 }] })
  } finally {
    await model.dispose()
  }
}
