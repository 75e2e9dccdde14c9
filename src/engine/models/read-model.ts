import { createHash } from 'node:crypto'
import { basename, dirname, join, extname } from 'node:path'
import { readBeside, readShared, requireBeside } from '../../adapters/fs/read-file.ts'
import { obstaclesOf } from '../../core/autodiff/obstacles.ts'
import { namingFile, RadversaryError } from '../../core/errors.ts'
import type { ModelFacts, ObstaclesOf, SidecarFiles } from '../../core/model/model-facts.ts'
import { factsOf } from '../../core/model/read-facts.ts'
import { sidecarNames } from '../../core/model/sidecars/sidecars.ts'
import { decodeModel } from '../../core/onnx/codec.ts'
import { externalDataLocations } from '../../core/onnx/external-data.ts'
import { type ModelRuntime, type TfjsModel, tfjsPath } from './tfjs-model-file.ts'

/** A model's file as it lies on disk. */
export interface ModelFile {
  readonly path: string
  /**
   * A ModelProto, in memory that threads share; of a TensorFlow.js model what it was converted to, empty
   * where it wasn't.
   */
  readonly bytes: Uint8Array
  /** SHA-256 of the model's file and of the files of weights that it names, in the order of their names. */
  readonly sha256: string
  /** Contents of the files beside it that hold its weights, by the location that it names. */
  readonly externalData: Readonly<Record<string, Uint8Array>>
  readonly facts: ModelFacts
  /** Where the file is TensorFlow.js's. */
  readonly tfjs?: TfjsModel | undefined
}

/** A file just read, whose graph can still be asked; it does not go to another thread as it is. */
export interface ReadModel extends ModelFile {
  readonly obstaclesOf: ObstaclesOf
}

export interface ReadOptions {
  /** Runtime of a TensorFlow.js model; `auto` by default. */
  readonly runtime?: ModelRuntime | undefined
  /** Extents of one sample, for TensorFlow.js models whose input size is free. */
  readonly inputShape?: readonly number[] | undefined
  /** Smallest and largest value that the model will be given, for the check of what is converted. */
  readonly inputRange?: readonly [lowest: number, highest: number] | undefined
}

/**
 * Reads an .onnx file, or the model.json of a TensorFlow.js model (or its folder) and converts it. @throws
 * RadversaryError io-failed, model-unreadable (external data outside the model's folder included),
 * model-unsupported.
 */
export async function readModelFile(path: string, options: ReadOptions = {}): Promise<ReadModel> {
  const json = await tfjsPath(path)
  const model = await (json === undefined ? readOnnxFile(path) : readTfjsFile(json, options))
  const sidecars = await readSidecarFiles(dirname(model.path))
  return { ...model, facts: { ...model.facts, sidecars } }
}

/**
 * JSON files beside a model that may say something of its card, by their names; of a folder `onnx` or
 * `models` also those of the folder above it and of its `configs`, as Hugging Face and MONAI lay them out.
 */
async function readSidecarFiles(folder: string): Promise<SidecarFiles> {
  const folders = sidecarFolders(folder)
  const files: Record<string, unknown> = {}
  for (const name of sidecarNames) for (const each of folders) files[name] ??= await parsedBeside(each, name)
  return files
}

function sidecarFolders(folder: string): string[] {
  const above = ['onnx', 'models'].includes(basename(folder)) ? [dirname(folder)] : []
  return [folder, ...above.flatMap((each) => [each, join(each, 'configs')])]
}

/** Paths of all that was read of a model, and of what may come to lie beside it. */
export function filesOfModel({ path, externalData, tfjs }: ModelFile): string[] {
  const folder = dirname(path)
  const weights = [...Object.keys(externalData), ...Object.keys(tfjs?.contents ?? {})]
  const sidecars = sidecarFolders(folder).flatMap((each) => sidecarNames.map((name) => join(each, name)))
  return [...new Set([path, ...weights.map((name) => join(folder, name)), ...sidecars])]
}

/** Undefined where there is no such file, or one that is not JSON: it is another program's. */
async function parsedBeside(folder: string, name: string): Promise<unknown> {
  try {
    const bytes = await readBeside(folder, name)
    return bytes && JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

async function readTfjsFile(path: string, options: ReadOptions): Promise<ReadModel> {
  const { readTfjsModel } = await import('./read-tfjs-model.ts')
  const { bytes, contents, facts, obstaclesOf: ofGraph, ...tfjs } = await readTfjsModel(path, options)
  const hash = hashOf(Object.entries(contents))
  return {
    path,
    bytes,
    externalData: {},
    sha256: hash,
    facts: { ...facts, file: path, sha256: hash },
    obstaclesOf: ofGraph,
    tfjs: { ...tfjs, contents },
  }
}

async function readOnnxFile(path: string): Promise<ReadModel> {
  const bytes = await readShared(path)
  const model = namingFormat(path, () => namingFile(path, () => decodeModel(bytes)))
  const externalData: Record<string, Uint8Array> = {}
  for (const location of namingFile(path, () => externalDataLocations(model)).sort())
    externalData[location] = await requireBeside(dirname(path), location)
  const hash = hashOf([[path, bytes], ...Object.entries(externalData)])
  const facts = factsOf(model, { file: path, sha256: hash })
  const ofGraph: ObstaclesOf = (scores, boxes) => obstaclesOf(model, scores, boxes)
  return { path, bytes, externalData, sha256: hash, facts, obstaclesOf: ofGraph }
}

function hashOf(parts: readonly (readonly [name: string, bytes: Uint8Array])[]): string {
  const hash = createHash('sha256')
  for (const [, bytes] of parts) hash.update(bytes)
  return hash.digest('hex')
}

const exporter =
  'Where it was trained, `radversary model exporter > radversary_card.py` and one call of `export` write the .onnx file with its card (docs/python.md).'
const converter =
  'Convert it with tensorflowjs_converter and name the model.json that it writes (docs/tfjs.md), or with tf2onnx.'

/** What models of other frameworks are, by the ends of their names, and what makes them usable. */
const formats: readonly (readonly [ends: readonly string[], what: string, remedy: string])[] = [
  [['.pt', '.pth', '.ckpt', '.bin', '.safetensors'], 'weights of PyTorch', exporter],
  [['.keras', '.h5', '.hdf5'], 'a model of Keras', `${exporter} ${converter}`],
  [['.pb', '.tflite'], 'a model of TensorFlow', converter],
]

/** Calls `work`; where a file of another framework was no ONNX model, the error says how it becomes one. */
function namingFormat<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const known = formats.find(([ends]) => ends.includes(extname(path).toLowerCase()))
    if (!(error instanceof RadversaryError) || known === undefined) throw error
    const [, what, remedy] = known
    throw new RadversaryError(error.code, `Model: expected an ONNX model, got ${what}, by its name`, {
      file: path,
      tip: remedy,
      cause: error,
    })
  }
}
