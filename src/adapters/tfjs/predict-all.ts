import type { Tensor } from '../../core/tensor/tensor.ts'
import { useBackend } from './backends.ts'
import { classesFirst } from './logits.ts'
import { loadModel, type TfjsFiles } from './load-model.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { tf } from './tensorflow.ts'

/**
 * All outputs of a model as it is, probabilities included, by TensorFlow.js on WebAssembly; images with the
 * classes as axis 1.
 */
export function predictAll(files: TfjsFiles, x: Tensor, inputShape?: readonly number[]): Promise<Tensor[]> {
  return oneAtATime(async () => {
    await useBackend('wasm')
    const loaded = await loadModel(files, inputShape)
    tf.engine().startScope()
    try {
      const outputs = loaded.run(tf.tensor(x.data, [...x.shape])).map(classesFirst)
      return outputs.map((output) => ({ shape: output.shape, data: Float32Array.from(output.dataSync()) }))
    } finally {
      tf.engine().endScope()
      loaded.dispose()
    }
  })
}
