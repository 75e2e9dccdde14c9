import { RadversaryError } from '../errors.ts'
import type { OnnxModel } from './graph.ts'
import { checked, type ExternalData, type OnnxTensor } from './onnx-tensor.ts'

/** Contents of files beside the model, by location. */
type Files = Readonly<Record<string, Uint8Array>>

/**
 * The files beside the model that hold its weights, relative to its folder; each one once. Throws
 * `model-unreadable` for a location outside that folder: an absolute path, a drive or one with '..', which a
 * file from elsewhere must not make us read.
 */
export function externalDataLocations(model: OnnxModel): string[] {
  const locations = [...model.graph.initializers.values()].flatMap(({ external }) =>
    external === undefined ? [] : [external.location],
  )
  return [...new Set(locations)].map(safeLocation)
}

/**
 * The model with its weights taken from `files`; views, not copies. Throws `model-unreadable` when one is
 * absent or too short.
 */
export function withExternalData(model: OnnxModel, files: Files): OnnxModel {
  if (externalDataLocations(model).length === 0) return model
  const initializers = new Map(
    [...model.graph.initializers].map(([name, tensor]) => [name, embedded(name, tensor, files)]),
  )
  return { ...model, graph: { ...model.graph, initializers } }
}

function safeLocation(location: string): string {
  const isOutside =
    location === '' || /^[/\\]|^[a-z]:/i.test(location) || location.split(/[/\\]/).includes('..')
  if (!isOutside) return location
  throw new RadversaryError(
    'model-unreadable',
    `External data: expected a file in the model's folder, got '${location}'`,
    {
      tip: 'Do not trust this model; its author can make it name any file of yours.',
    },
  )
}

function embedded(name: string, { external, ...tensor }: OnnxTensor, files: Files): OnnxTensor {
  if (external === undefined) return tensor
  const file = files[external.location]
  if (file === undefined)
    throw new RadversaryError(
      'model-unreadable',
      `External data: expected the file '${external.location}' beside the model, got none`,
      {
        tip: 'Copy it to where the .onnx file lies.',
      },
    )
  return checked({ ...tensor, raw: partOf(file, external) }, name)
}

function partOf(file: Uint8Array, { offset, length }: ExternalData): Uint8Array {
  return file.subarray(offset, length === undefined ? undefined : offset + length)
}
