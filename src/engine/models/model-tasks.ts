import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { OrtDevice } from '../../adapters/ort/devices.ts'
import { internalError } from '../../core/errors.ts'
import type { BesideImages } from '../../core/model/beside.ts'
import type { DifferentiableModel, LossSpec } from '../../core/model/ports.ts'
import type { VolumeSpace } from '../../core/dicom/stack-space.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import { connectModel, type ConnectableModel } from './open-model.ts'

/** A model as it is sent to a thread. */
export interface ModelToConnect extends ConnectableModel {
  readonly device: OrtDevice
  readonly threads: number
}

/** A batch, and what lies beside its images. */
interface Samples {
  readonly x: Tensor
  readonly beside: BesideImages | undefined
  /** How a stack lies. */
  readonly space: VolumeSpace | undefined
}

/** The thread's one model. */
let model: DifferentiableModel | undefined

/** What a thread with a model of its own does: the port `DifferentiableModel`, call by call. */
export const modelTasks = {
  connect: async ({
    device,
    threads,
    ...file
  }: ModelToConnect): Promise<Pick<DifferentiableModel, 'input' | 'output' | 'takesGrey'>> => {
    model = await connectModel(file, createOrtRuntime({ device, threads }))
    const { input, output, takesGrey } = model
    return { input, output, takesGrey }
  },
  predict: ({ x, beside, space }: Samples) => connected().predict(x, beside, space),
  lossAndGradient: ({ x, loss, beside, space }: Samples & { readonly loss: LossSpec }) =>
    connected().lossAndGradient(x, loss, beside, space),
  dispose: () => connected().dispose(),
}

function connected(): DifferentiableModel {
  if (model === undefined) throw internalError('a thread was asked for its model before it had one')
  return model
}
