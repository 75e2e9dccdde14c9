import { RadversaryError } from '../../core/errors.ts'
import { checkOperations } from '../../core/tfjs/graph-operations.ts'
import type { TfjsManifest } from '../../core/tfjs/manifest.ts'
import { loadGraphModel, loadLayersModel, type GraphModel, type LayersModel, type tf } from './tensorflow.ts'
import { registerActivations, plainLayers } from './added-layers/plain-layers.ts'
import { defineLayer } from './added-layers/define-layer.ts'
import { registerNormalizations } from './added-layers/normalization-layers.ts'
import { spatialLayers } from './added-layers/spatial-layers.ts'

/** A TensorFlow.js model as it lies on disk, read. */
export interface TfjsFiles {
  /** Path of model.json; shown in errors. */
  readonly file: string
  readonly manifest: TfjsManifest
  /** All weights, as `weightBytes` joins them. */
  readonly weights: Uint8Array
}

/** A loaded model behind one face. Its one input is called `input.name`. */
export interface LoadedModel {
  readonly input: { readonly name: string; readonly shape: readonly (number | null)[] }
  readonly outputs: readonly string[]
  readonly outputShapes: readonly (readonly (number | null)[])[]
  /** All outputs of a batch, in the order of `outputs`; synchronous, and differentiable by TensorFlow.js. */
  readonly run: (x: tf.Tensor) => tf.Tensor[]
  readonly dispose: () => void
  readonly model: LayersModel | GraphModel
}

/**
 * Loads a model on TensorFlow.js's current backend. @param inputShape extents of one sample instead of those
 * that the file says: for models whose input size is free. @throws RadversaryError model-unreadable,
 * model-unsupported.
 */
export async function loadModel(files: TfjsFiles, inputShape?: readonly number[]): Promise<LoadedModel> {
  checkOperations(files.manifest, files.file)
  const loaded =
    files.manifest.format === 'layers-model' ? await loadLayers(files, inputShape) : await loadGraph(files)
  const inputs = loaded.model.inputs
  if (inputs.length === 1) return loaded
  throw new RadversaryError(
    'model-unsupported',
    `TensorFlow.js model: expected one input, got ${inputs.length}`,
    {
      file: files.file,
      tip: 'Radversary attacks models that take one image.',
    },
  )
}

async function loadLayers(files: TfjsFiles, inputShape: readonly number[] | undefined): Promise<LoadedModel> {
  supplyLayers()
  const topology =
    inputShape === undefined ? files.manifest.topology : withInputShape(files.manifest.topology, inputShape)
  const model = await explained(files.file, () => loadLayersModel(handlerOf(files, topology)))
  const [shape] = model.inputs.map((input) => input.shape)
  return {
    model,
    input: { name: namesOf(model.inputNames)[0] ?? 'input', shape: shape ?? [] },
    outputs: model.outputs.map(
      (_, index) => namesOf(model.outputNames)[index] ?? (index === 0 ? 'output' : `output_${index}`),
    ),
    outputShapes: model.outputs.map((output) => output.shape),
    run: (x) => listOf(model.apply(x, { training: false })),
    dispose: () => {
      model.dispose()
    },
  }
}

async function loadGraph(files: TfjsFiles): Promise<LoadedModel> {
  const model = await explained(files.file, () => loadGraphModel(handlerOf(files, files.manifest.topology)))
  const outputs = model.outputs.map(({ name }) => name)
  const [input] = model.inputs
  const shape = freeExtents(input?.shape)
  return {
    model,
    input: { name: input?.name ?? 'input', shape },
    outputs,
    outputShapes: model.outputs.map((output) => freeExtents(output.shape)),
    run: (x) => listOf(model.execute({ [input?.name ?? 'input']: x }, outputs)),
    dispose: () => {
      model.dispose()
    },
  }
}

function handlerOf({ manifest, weights }: TfjsFiles, topology: TfjsManifest['topology']): tf.io.IOHandler {
  const { format, groups, signature, userDefinedMetadata } = manifest
  const weightSpecs = groups.flatMap((group) =>
    group.weights.map(({ shape, ...spec }) => ({ ...spec, shape: [...shape] })),
  )
  return {
    load: () =>
      Promise.resolve({
        format,
        modelTopology: topology,
        userDefinedMetadata: userDefinedMetadata as Record<string, object>,
        weightSpecs: weightSpecs as tf.io.WeightsManifestEntry[],
        weightData: weights.slice().buffer,
        ...(signature === undefined ? {} : { signature }),
      }),
  }
}

/** Every declared input shape of as many extents, its batch left free. */
function withInputShape(
  topology: TfjsManifest['topology'],
  extents: readonly number[],
): TfjsManifest['topology'] {
  const replaced = (key: string, value: unknown): unknown => {
    const isShape = key === 'batch_input_shape' || key === 'batch_shape' || key === 'batchInputShape'
    return isShape && Array.isArray(value) && value.length === extents.length + 1 ? [null, ...extents] : value
  }
  return JSON.parse(JSON.stringify(topology), replaced) as TfjsManifest['topology']
}

/** A sequential model has none, whatever its type says. */
function namesOf(names: readonly string[] | undefined): readonly string[] {
  return names ?? []
}

function freeExtents(shape: readonly number[] | undefined): (number | null)[] {
  return (shape ?? []).map((extent) => (extent === -1 ? null : extent))
}

function listOf(output: unknown): tf.Tensor[] {
  return (Array.isArray(output) ? output : [output]) as tf.Tensor[]
}

/** What the library says of a model that it can't build, as an error that names the file. */
async function explained<T>(file: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (cause instanceof RadversaryError) throw cause
    const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new RadversaryError(
      'model-unsupported',
      `TensorFlow.js model: expected one that TensorFlow.js can load, got: ${said}`,
      {
        file,
        tip: 'Layers of your own (Lambda, custom classes) can’t be loaded; a graph model made by tensorflowjs_converter has none.',
        cause,
      },
    )
  }
}

let areSupplied = false

/** Gives TensorFlow.js layers that Keras has and it lacks; as often as one likes. */
export function supplyLayers(): void {
  if (areSupplied) return
  areSupplied = true
  for (const definition of [...spatialLayers, ...plainLayers]) defineLayer(definition)
  registerNormalizations()
  registerActivations()
}
