import { createOnnxModel } from '../../core/autodiff/onnx-model.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { chooseDevice, describeDevice, type DeviceRequest } from '../device.ts'
import { readModelFile } from '../models/read-model.ts'
import type { JobHooks } from '../progress.ts'

/** A model without a card: its input and output are taken as they are. */
export interface TensorModelRequest extends DeviceRequest {
  /** The .onnx file. */
  readonly model: string
  readonly inputName?: string | undefined
  readonly outputName?: string | undefined
}

/** @throws RadversaryError io-failed, model-unreadable, model-unsupported, runtime-failed. */
export async function openTensorModel(request: TensorModelRequest, { onNotice }: JobHooks): Promise<DifferentiableModel> {
  const { path, bytes, externalData } = await readModelFile(request.model)
  const choice = await chooseDevice(request)
  describeDevice(choice).forEach((sentence) => onNotice?.(sentence))
  const { inputName, outputName } = request
  return createOnnxModel({ bytes, externalData, runtime: choice.runtime, file: path, inputName, outputName })
}
