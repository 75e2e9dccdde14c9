import { createTfjsModel, type TfjsModelOptions } from '../../adapters/tfjs/tfjs-model.ts'
import { internalError } from '../../core/errors.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { tfjsFiles } from './read-tfjs-model.ts'
import type { TfjsModel } from './tfjs-model-file.ts'

/** A model that TensorFlow.js runs, ready to be run and differentiated. @param path of model.json */
export function connectTfjs(
  path: string,
  { contents, backend, inputShape }: TfjsModel,
  options: Pick<TfjsModelOptions, 'output' | 'activation' | 'isOneRow' | 'checkLogits'>,
): Promise<DifferentiableModel> {
  if (backend === undefined) throw internalError('a converted model was to be run by TensorFlow.js')
  return createTfjsModel({ files: tfjsFiles(path, contents), backend, inputShape, ...options })
}
