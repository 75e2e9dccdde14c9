import { mapBeside } from '../../core/model/beside.ts'
import type { DifferentiableModel, LossSpec } from '../../core/model/ports.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import { openThread } from '../threads/thread.ts'
import { onThread } from '../threads/worker-host.ts'
import type { modelTasks, ModelToConnect } from './model-tasks.ts'

/**
 * A model on a thread of its own: ONNX Runtime computes on the thread that calls it, so only then can others
 * work meanwhile. The thread ends when the model is disposed of. @throws as `connectModel`.
 */
export async function connectOnThread(model: ModelToConnect): Promise<DifferentiableModel> {
  const start = onThread('model-worker')
  const { thread, opened } = await openThread<typeof modelTasks, 'connect'>(start, 'connect', model)
  return {
    ...opened,
    predict: (x, beside, space) =>
      thread.run('predict', { x: whole(x), beside: mapBeside(beside, whole), space }),
    lossAndGradient: (x, loss, beside, space) =>
      thread.run('lossAndGradient', {
        x: whole(x),
        loss: wholeTargets(loss),
        beside: mapBeside(beside, whole),
        space,
      }),
    dispose: async () => {
      await thread.run('dispose', undefined)
      await thread.close()
    },
  }
}

function wholeTargets({ kind, terms }: LossSpec): LossSpec {
  return { kind, terms: terms.map(({ target, weight }) => ({ target: whole(target), weight })) }
}

/** A view would take all of its buffer to the other thread. */
function whole({ shape, data }: Tensor): Tensor {
  return { shape, data: data.byteLength === data.buffer.byteLength ? data : data.slice() }
}
