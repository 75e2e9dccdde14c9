import type { ModelFacts } from '../../core/model/model-facts.ts'
import { useBackend } from './backends.ts'
import { loadModel, type TfjsFiles } from './load-model.ts'
import { classesFirstShape, finalActivation } from './logits.ts'
import { oneAtATime } from './tensorflow.ts'

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
