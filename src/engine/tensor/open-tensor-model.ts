import { createOnnxModel } from '../../core/autodiff/onnx-model.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import { chooseDevice, describeDevice, type DeviceRequest } from '../device.ts'
import { readModelFile } from '../models/read-model.ts'
import type { ModelRuntime } from '../models/tfjs-model-file.ts'
import type { JobHooks } from '../progress.ts'

/** A model without a card: its input and output are taken as they are. */
export interface TensorModelRequest extends DeviceRequest {
  /** An .onnx file, or a model.json of TensorFlow.js. */
  readonly model: string
  /** Of a TensorFlow.js model. */
  readonly runtime?: ModelRuntime | undefined
  readonly inputName?: string | undefined
  readonly outputName?: string | undefined
}

/**
 * @param x what it will be given: its extents are the size of models that leave it free. @throws
 * RadversaryError io-failed, model-unreadable, model-unsupported, runtime-failed.
 */
export async function openTensorModel(
  request: TensorModelRequest,
  x: Tensor,
  { onNotice }: JobHooks,
): Promise<DifferentiableModel> {
  const inputShape = x.shape.slice(1)
  const { path, bytes, externalData, tfjs } = await readModelFile(request.model, {
    runtime: request.runtime,
    inputShape,
  })
  tfjs?.notices.forEach((sentence) => onNotice?.(sentence))
  const { inputName, outputName } = request
  if (tfjs?.backend !== undefined) {
    const { connectTfjs } = await import('../models/connect-tfjs.ts')
    return connectTfjs(path, tfjs, { output: outputName })
  }
  const choice = await chooseDevice(request)
  describeDevice(choice).forEach((sentence) => onNotice?.(sentence))
  return createOnnxModel({ bytes, externalData, runtime: choice.runtime, file: path, inputName, outputName })
}
