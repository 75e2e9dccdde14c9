import type { Tensor } from '../../core/tensor/tensor.ts'
import { type TfjsBackend, useBackend } from './backends.ts'
import { loadModel, type TfjsFiles } from './load-model.ts'
import { classesFirst } from './logits.ts'
import { oneAtATime, tf } from './tensorflow.ts'

export interface PredictAllOptions {
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
