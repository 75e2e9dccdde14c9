import { RadversaryError } from '../../core/errors.ts'
import { tensor } from '../../core/tensor/tensor.ts'
import { tfjsBackends, type TfjsBackend } from './backends.ts'
import type { TfjsFiles } from './load-model.ts'
import { createTfjsModel } from './tfjs-model.ts'

export interface PickedBackend {
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
